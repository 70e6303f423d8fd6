"""`skytally collect` as a process with a mark in its environment, which all that it starts inherits.

So whatever is left of a run is found, whoever its parent is by then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

CHECKOUT = Path(__file__).parents[2]
MARK = "RUN_OF_FAULTS"  # not SKYTALLY_*: those are settings, and an unknown one is refused
GROUP = ("worker 0", "worker 1", "roller", "reader")
_FLAGS = ("--network", "test", "--workers", "2", "--batch-events-max", "250", "--reconnect-s-min", "0.05",
          "--reconnect-s-max", "0.2")  # fmt: skip
END_S_MAX = 60.0


class Kept(Protocol):
    """A collector that runs, whoever keeps it."""

    process: subprocess.Popen[bytes]

    def said(self) -> str:
        """Everything it has written."""

    def group(self) -> dict[str, int]:
        """The pids of the group by name; empty while it is not complete."""

    def kill(self) -> None:
        """Kill the supervisor."""

    def terminate(self) -> None:
        """Tell it to end in order."""

    def end(self) -> int:
        """Wait for its end; the exit code."""


class Collector:
    """One call of `skytally collect`."""

    def __init__(self, mark: str, log: Path, flags: list[str], variables: dict[str, str]) -> None:
        self._log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops", "collect", *_FLAGS, *flags],
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), MARK: mark, **variables},
            )  # fmt: skip

    def said(self) -> str:
        """Everything this run's collectors have written."""
        return self._log.read_text(errors="replace")

    def group(self) -> dict[str, int]:
        """The pids of the group by name; empty while it is not complete."""
        return group_of(self.process.pid)

    def kill(self) -> None:
        """Kill the supervisor."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> None:
        """Tell it to end in order."""
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        """Wait for its end; the exit code."""
        return self.process.wait(END_S_MAX)


def group_of(supervisor: int) -> dict[str, int]:
    """The pids of a supervisor's group by name; empty while it is not complete."""
    pids = children(supervisor)
    return dict(zip(GROUP, pids, strict=True)) if len(pids) == len(GROUP) else {}


def children(parent: int) -> list[int]:
    """The processes that one of ours has started, the oldest first; none where it is gone."""
    try:
        path = Path(f"/proc/{parent}/task/{parent}/children")
        return [pid for pid in map(int, path.read_text().split()) if _is_child(pid)]
    except OSError:
        return []


def marked(mark: str) -> list[int]:
    """The processes of a run that live."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError):
                if f"{MARK}={mark}\0".encode() in (path / "environ").read_bytes() + b"\0":
                    found.append(int(path.name))
    return found


def is_stopped(pid: int) -> bool:
    """Whether a process is frozen by SIGSTOP."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    return False


def wait_for(what: Callable[[], object], seconds: float = 30.0) -> bool:
    """Whether it came to be in time."""
    end_at = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end_at:
            return False
        time.sleep(0.005)
    return True


def _is_child(pid: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
