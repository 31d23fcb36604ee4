"""The revisions, oldest first. Each is frozen once it is released."""
