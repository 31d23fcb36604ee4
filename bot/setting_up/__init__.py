"""
The acts that set up and run a programme: one module a noun, each act one write unit with its audit row.

They know nothing of the command line: it, the demo and the tests use the same functions. What was typed is checked whole,
and all faults are told at once, each with what to do; nothing is stored then. They import bot and storage, never console.
"""
