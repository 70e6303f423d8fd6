"""What a unit of ops/systemd says of how it is run: the command, when it is started again, how it is stopped."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "ops" / "systemd"


class UnitFile(NamedTuple):
    """The part of a unit that a harness can do as systemd does."""

    command: list[str]
    variables: dict[str, str]
    folder: str
    """Its folder in /run; empty: none."""
    restart_s: float
    """RestartSec=: seconds between its end and the next start, which comes however it ended (Restart=always),"""
    never_again: frozenset[int]
    """but for these exit codes (RestartPreventExitStatus=)."""
    stop_s: float
    """TimeoutStopSec=: seconds after which a stop is SIGKILL."""
    watchdog_s: float | None
    """WatchdogSec=: it is ended with SIGABRT when it is silent for longer, once it was ready."""
    notifies: bool
    """Type=notify: it says itself when it is ready."""


def unit_file(name: str, instance: str = "") -> UnitFile:
    """Read a unit by its file's name; `instance` stands for %i. Raises ValueError where it is none we can keep."""
    text = (FOLDER / name).read_text(encoding="utf-8").replace("%i", instance)
    pairs = [line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#")]
    said = {key: value for key, value in pairs if key != "Environment"}
    if said.get("Restart") != "always":
        raise ValueError(f"{name} is not always started again")
    return UnitFile(
        shlex.split(said["ExecStart"]),
        dict(value.split("=", 1) for key, value in pairs if key == "Environment"),
        said.get("RuntimeDirectory", ""),
        float(said["RestartSec"]),
        frozenset(map(int, said.get("RestartPreventExitStatus", "").split())),
        float(said.get("TimeoutStopSec", "90")),
        float(said["WatchdogSec"]) if "WatchdogSec" in said else None,
        said["Type"] == "notify",
    )
