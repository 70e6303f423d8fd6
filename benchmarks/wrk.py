"""wrk, the load generator: an installed program that asks one address as fast as it is answered.

It knows how wrk is called and what it says (github.com/wg/wrk), and nothing of what is measured.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.balance import WrongRun

_UNIT_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Load(NamedTuple):
    """What came of it."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    errors: int
    """Answers other than 2xx and 3xx, and sockets that failed."""


def wrk(url: str, *, connections: int, seconds: int, script: str = "") -> Load:
    """Ask for so long, on so many connections; `script` is Lua. Raises WrongRun where there is no wrk."""
    program = shutil.which("wrk")
    if program is None:
        raise WrongRun("wrk is not on this machine (apt-get install wrk)")
    with tempfile.TemporaryDirectory(prefix="skytally-wrk-") as folder:
        lua = Path(folder) / "script.lua"
        lua.write_text(script, encoding="utf-8")
        command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
        command += ["-s", str(lua)] if script else []
        done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise WrongRun(f"wrk did not work: {(done.stderr or done.stdout).strip()[-200:]}")
    return said(done.stdout)


def said(text: str) -> Load:
    """Its report as numbers."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    if rate is None:
        raise WrongRun(f"wrk said something else: {text[-200:]}")
    errors = (int(bad[1]) if bad else 0) + (sum(map(int, sockets.groups())) if sockets else 0)
    return Load(float(rate[1]), _percentile(text, 50), _percentile(text, 99), errors)


def _percentile(text: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", text, re.MULTILINE)
    if found is None:
        raise WrongRun(f"wrk said nothing of the {percent}th percentile")
    return round(float(found[1]) * _UNIT_MS[found[2]], 3)
