"""The `type` of a message on the wire."""

from __future__ import annotations


def snake(name: str) -> str:
    """`TaskStarted` -> `task_started`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
