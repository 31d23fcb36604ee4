"""The `checkline` command. May import everything; each verb imports only what it needs, when it runs."""
