"""Where: tables, reads and write units, encryption. Imports nothing of ours but `bot.errors` and `bot.values`."""
