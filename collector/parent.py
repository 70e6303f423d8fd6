"""A child of the group never outlives its supervisor, and ends with one line where one line says it all.

The terminal's and systemd's signals go to the supervisor alone, which stops the others in order; a supervisor that is
killed takes them along.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import psycopg

from collector.errors import CollectorError
from sql.session import away

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_log = logging.getLogger(__name__)


def begin_nothing(_: str) -> None:
    """A child that needs nothing before it runs."""


def run_child(module: str, *arguments: Any, begin: Callable[[str], None] = begin_nothing) -> None:
    """Run the `run` of a module as a child process of the supervisor; `begin` is first told what it is called.

    Anything but our own errors is a bug and shows its trace.
    """
    _die_with_parent()
    name = multiprocessing.current_process().name
    begin(name)
    try:
        importlib.import_module(module).run(*arguments)
    except CollectorError as error:
        _log.error("%s: %s", name, error)
    except psycopg.OperationalError as error:
        # only the database knows what was written: a new run asks it
        _log.error("%s: lost the database: %s", name, away(error))
    except Exception:
        _log.critical("%s: this is a fault of ours", name, exc_info=True)
    else:
        return
    sys.exit(1)


def _die_with_parent() -> None:
    """Leave SIGINT, SIGTERM and SIGHUP to the supervisor, and be killed when it dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # to the supervisor it means: feeds anew
    end_with_parent(signal.SIGKILL)


def end_with_parent(number: int) -> None:
    """Get signal `number` when the parent process dies (Linux; elsewhere a closed pipe says so later)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:  # it died before the call
            os._exit(1)
