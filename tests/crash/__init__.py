"""Processes killed at every named point and at random moments; the verdict comes from the fakes' records and the database."""
