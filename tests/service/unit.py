"""A command that is kept as systemd keeps its unit: started again when it ends, watched, stopped in order.

Of systemd there is what a unit says of starts, stops and the watchdog (`unit_file`), and the listening socket that it
hands over; nothing of its sandbox, its users and its limits of memory.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.faults.process import CHECKOUT, MARK, children, group_of, marked
from tests.ops.command import environment
from tests.service.manager import Manager
from tests.service.unit_file import UnitFile

OURS = "/opt/skytally/current/run"
_HAND_OVER = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_PID'] = str(os.getpid()); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)
_POLL_S = 0.01


class Unit:
    """One of them, from its first start to its stop."""

    def __init__(
        self, name: str, said: UnitFile, run: Path, mark: str, variables: dict[str, str],
        listener: socket.socket | None = None,
    ) -> None:  # fmt: skip
        """`run` stands for /run, `mark` is found in all that it starts, `listener` is the socket handed over to it."""
        self.name, self._said, self._listener = name, said, listener
        self._mark, self._log = f"{mark}-{name}", run / f"{name}.log"
        self._manager = Manager(str(run / f"{name}.notify"))
        self._command = _command([word.replace("/run/", f"{run}/") for word in said.command], listener)
        given = {key: value.replace("/run/", f"{run}/") for key, value in said.variables.items()}
        given.pop("SKYTALLY_CONFIG", None)  # every setting is a variable here
        self._environment = environment(**given, **variables, NOTIFY_SOCKET=self._manager.name, **{MARK: self._mark})
        if listener is not None:
            self._environment["LISTEN_FDS"] = "1"
        if said.folder:
            (run / said.folder).mkdir()
        self.starts, self._lines = 0, 0
        self._stopping = threading.Event()
        self._start()
        self._keeper = threading.Thread(target=self._keep, name=name, daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int:
        """Its main process, or the one that was the last."""
        return self.process.pid

    @property
    def ready(self) -> bool:
        """Whether its present process has said that it is ready; one that never says so always is."""
        return not self._said.notifies or "READY=1" in self._manager.told()[self._heard :]

    def said(self) -> str:
        """Everything that its processes have written."""
        return self._log.read_text(errors="replace")

    def group(self) -> dict[str, int]:
        """The collector's group by name; empty while it is not complete."""
        return group_of(self.pid)

    def children(self) -> list[int]:
        """What its main process has started."""
        return children(self.pid)

    def kill(self) -> None:
        """Kill its main process."""
        self.process.kill()

    def terminate(self) -> None:
        """Tell its main process to end in order, which is no stop: it is started again."""
        self.process.terminate()

    def end(self) -> int:
        """Wait for the end of the present process; the exit code."""
        return self.process.wait(self._said.stop_s)

    def stop(self) -> int:
        """Stop it as `systemctl stop` does; the exit code."""
        self._stopping.set()
        self._keeper.join()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(self._said.stop_s)
        self.abandon()
        return self.process.returncode

    def abandon(self) -> None:
        """Start it no more and kill what there is of it, whether it was stopped or not."""
        self._stopping.set()
        self._keeper.join()
        self._end_the_rest()
        self.process.wait()
        self._manager.socket.close()

    def _start(self) -> None:
        self._heard, self._fed_s, self.starts = len(self._manager.told()), time.monotonic(), self.starts + 1
        descriptors = [self._listener.fileno()] if self._listener else []
        with self._log.open("ab") as file:
            self.process = subprocess.Popen(
                self._command, cwd=CHECKOUT, env=self._environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                pass_fds=descriptors,
            )  # fmt: skip

    def _keep(self) -> None:
        while not self._stopping.wait(_POLL_S):
            if self.process.poll() is None:
                self._watch()
            elif self.process.returncode not in self._said.never_again:
                self._end_the_rest()
                if not self._stopping.wait(self._said.restart_s):
                    self._start()

    def _watch(self) -> None:
        """Feed or bite: the watchdog."""
        lines = self._manager.told().count("WATCHDOG=1")
        if lines != self._lines:
            self._lines, self._fed_s = lines, time.monotonic()
        limit_s = self._said.watchdog_s
        if limit_s is not None and self.ready and time.monotonic() > self._fed_s + limit_s:
            self.process.send_signal(signal.SIGABRT)

    def _end_the_rest(self) -> None:
        """KillMode=mixed: what the main process leaves is killed."""
        for pid in marked(self._mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _command(words: list[str], listener: socket.socket | None) -> list[str]:
    program, *rest = words
    ours = [sys.executable, "-m", "ops", *rest] if program == OURS else [program, *rest]
    if program != OURS and os.geteuid() == 0:
        ours += ["-u", "root"]  # memcached refuses to be root unasked
    return handed_over(listener, ours) if listener else ours


def handed_over(listener: socket.socket, command: list[str]) -> list[str]:
    """The command, so called that the socket is its descriptor 3; LISTEN_FDS is left to the caller."""
    return [sys.executable, "-c", _HAND_OVER, str(listener.fileno()), *command]
