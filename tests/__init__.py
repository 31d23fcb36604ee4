"""Tests. What several of them need lies beside this file; each folder tests one part of the house."""
