"""The case managers' pages, the phone simulator, the HTTP API and the webhooks. Imported only by `bot.app` and `bot.cli`."""
