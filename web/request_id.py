"""The id of a request: made here for each, said in its answer, and in every line that is logged because of it.

None is taken from outside: who could choose it could lead whoever reads the log astray.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from random import getrandbits

_current: ContextVar[str] = ContextVar("request_id", default="")


def begin() -> str:
    """A new one, for what the running task does from now on."""
    made = f"{getrandbits(64):016x}"  # nobody is to be kept from guessing it
    _current.set(made)
    return made


def current() -> str:
    """That of the request that the running task works for; empty where it works for none."""
    return _current.get()


class InRecords(logging.Filter):
    """Writes it into what is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current()
        return True
