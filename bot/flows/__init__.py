"""The flow language and the flows we ship. Pure: imports nothing of ours but errors, values and normalise."""
