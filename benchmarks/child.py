"""Our own commands as processes beside the one that is measured: what they cost is theirs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

_ROOT = Path(__file__).parents[1]


class ChildFailed(Exception):
    """A command did not work; it has said why on standard error."""


def ask(*words: str) -> Any:
    """Run a command to its end; the JSON that it prints. What it says meanwhile is seen. Raises ChildFailed."""
    with subprocess.Popen(**_command(*words), stdout=subprocess.PIPE) as process:
        try:
            out, _ = process.communicate()
        except BaseException:
            process.terminate()
            process.wait()  # it has something to tidy up too
            raise
    if process.returncode:
        raise ChildFailed(f"{' '.join(words[:2])} did not work, see above")
    return orjson.loads(out)


def run(*words: str) -> None:
    """Run a command to its end, unseen but for its complaints."""
    done = subprocess.run(**_command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise ChildFailed(f"{words[0]} did not work: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")


@contextlib.contextmanager
def replay(recording: Path, *flags: str) -> Iterator[tuple[str, int]]:
    """A replay server; yields its URL and its pid."""
    process = subprocess.Popen(**_command("replay", str(recording), "--port", "0", *flags), stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise ChildFailed(f"{recording} could not be served")
        yield orjson.loads(said)["listening"], process.pid
    finally:
        process.terminate()
        process.communicate()


def _command(*words: str) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    return {"args": [sys.executable, "-m", "ops", *words], "cwd": _ROOT, "env": environment}
