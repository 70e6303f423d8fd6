"""A problem a verb can not go on with: one line for people, and how the command ends."""

from __future__ import annotations

from ops import exits


class Problem(Exception):
    """A verb can not go on. The message is the one line for people, `code` how the command ends."""

    def __init__(self, message: str, code: int = exits.FAILED) -> None:
        super().__init__(message)
        self.code = code
