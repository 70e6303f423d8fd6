"""Interrupts: Ctrl-C or SIGTERM ends a benchmark, and what it has started and laid down goes with it.

It owns what these signals mean while something is measured. It knows nothing of what that is.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from collector.supervisor import Supervisor

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


def heed() -> None:
    """From now on the first of them raises KeyboardInterrupt; those that follow disturb nobody who tidies up."""
    for number in _NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def heeded(supervisor: Supervisor) -> Iterator[None]:
    """While a supervisor runs they are its own. Afterwards they mean what they did; one that it got is no end of a
    measurement, but of all of them."""
    before = {number: signal.getsignal(number) for number in (*_NUMBERS, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if supervisor.interrupted:
        raise KeyboardInterrupt
