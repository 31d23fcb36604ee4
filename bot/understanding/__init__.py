"""A free-text reply becomes an answer; a lexicon per language. Pure: imports nothing of ours but errors, values and normalise."""
