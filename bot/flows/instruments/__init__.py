"""
Questionnaires that others made and tested: their exact wording, answers, codes, cut-offs and conditions, as data beside this file.

An instrument is asked as a flow that is written out of its file (`questions.py`), so that everything that holds for flows
holds for it: one question a message, tolerant reading, nudges, time-outs, the answers of an interrupted one kept.
Imports nothing of ours but `bot.flows`, errors and values.
"""
