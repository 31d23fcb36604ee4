"""The same programme as the HTTP tests."""

from tests.http.given import shared_folder, world

__all__ = ["shared_folder", "world"]
