"""The fixtures are in `given.py`, which the kill tests use too."""

from tests.http.given import running, shared_folder, untouched, world

__all__ = ["running", "shared_folder", "untouched", "world"]
