"""A child ends with its supervisor even when it looks at nothing: frozen, or busy for a minute. It says why it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import orjson
import pytest

from collector.errors import Fenced
from collector.parent import run_child
from ops import logs
from ops.logs import LogSettings

ROOT = Path(__file__).parents[2]
SUPERVISOR = """
import multiprocessing
from collector.parent import run_child
if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=run_child, args=("tests.collector.test_parent",))
    child.start()
    child.join()
"""


def run() -> None:
    """The child: it says who it is, and then nothing reaches it."""
    print(os.getpid(), flush=True)
    time.sleep(60)


def is_there(pid: int) -> bool:
    """Whether it runs; one that only waits to be fetched by its parent does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's; elsewhere a closed pipe says so later")
@pytest.mark.parametrize("frozen", [False, True], ids=["busy", "frozen"])
def test_a_child_ends_with_its_supervisor(tmp_path: Path, frozen: bool) -> None:
    program = tmp_path / "supervisor.py"
    program.write_text(SUPERVISOR)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, program], env=environment, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert is_there(child)
        if frozen:
            os.kill(child, signal.SIGSTOP)
        supervisor.kill()
        end_at = time.monotonic() + 10
        while is_there(child) and time.monotonic() < end_at:
            time.sleep(0.05)
        gone = not is_there(child)
        if not gone:
            os.kill(child, signal.SIGKILL)
        assert gone


@pytest.mark.parametrize(
    ("what", "message", "level"),
    [
        ("a fault", "worker 7: this is a fault of ours", "critical"),
        ("fenced", f"worker 7: {Fenced('Epoch 1.')}", "error"),
        ("database", "worker 7: lost the database: connection refused", "error"),
    ],
)
def test_why_a_child_ends_is_one_line_in_the_log(
    what: str, message: str, level: str, capfd: pytest.CaptureFixture[str]
) -> None:
    begin = partial(logs.begin, LogSettings(log_format="json"))
    arguments = ("tests.collector.faulty", what)
    child = get_context("spawn").Process(target=run_child, args=arguments, kwargs={"begin": begin}, name="worker 7")
    child.start()
    child.join(30)
    (line,) = capfd.readouterr().err.splitlines()
    told = orjson.loads(line)
    assert (child.exitcode, told["level"], told["message"], told["process"]) == (1, level, message, "worker 7")
    assert told.get("exception", "").endswith("ValueError: two\nlines" if what == "a fault" else "")
