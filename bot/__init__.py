"""The conversation: flows, reading, concerns, words, channels, the gate, and the shells that tie them to storage."""
