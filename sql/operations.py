"""Operations: what an event does to a record, by the letter that the log keeps and by the name that everybody reads."""

from __future__ import annotations

NAMES = {"c": "create", "u": "update", "d": "delete", "e": "event"}
"""`event` is what is told of an account itself: its identity, its state, that it was synced."""
LETTERS = {name: letter for letter, name in NAMES.items()}
