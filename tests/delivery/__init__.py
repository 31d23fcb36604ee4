"""Tests of delivery: what happens to an outbox row after it was put there."""
