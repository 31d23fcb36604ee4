"""
Any inbound text becomes severity, category and why; a lexicon per language.

Pure: imports nothing of ours but errors, values and normalise.
"""
