"""
The demo: a made-up programme, simulated clients and staff, and a clock that walks from one due moment to the next.

May import all of the product. Nothing of the product but `bot/app.py` and the verb `demo` imports it.
"""
