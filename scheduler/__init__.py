"""When: recurrences, what is due, the outbox, the ladder, and the service that ticks. May import bot and storage."""
