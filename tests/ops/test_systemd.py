"""The units: systemd takes them, they shut out what they need not, and they start what there is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from collector.settings import CollectorSettings
from collector.watchdog import STALL_S_MAX
from ops.cli import VERBS
from ops.settings import load
from tests.ops.command import skytally
from tests.web.conftest import program

UNITS = Path(__file__).parents[2] / "ops" / "systemd"
EXPOSURE_MAX = {"skytally-collector": 1.5, "skytally-resolver": 1.5}
"""Of who talks to the network; of everybody else 0.5."""


@pytest.fixture(scope="module")
def analyze() -> str:
    return program("systemd-analyze", "systemd")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they are, but what they start is there."""
    for unit in UNITS.iterdir():
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def test_systemd_takes_every_unit_without_a_word(analyze: str, units: Path) -> None:
    named = [str(units / path.name.replace("@.", "@1.")) for path in UNITS.iterdir() if path.suffix != ".conf"]
    (units / "skytally-web@1.service").symlink_to(units / "skytally-web@.service")
    done = subprocess.run([analyze, "verify", *named], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "skytally" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("name", sorted(path.stem for path in UNITS.glob("*.service")))
def test_a_unit_shuts_out_what_it_does_not_need(analyze: str, units: Path, name: str) -> None:
    command = [analyze, "security", "--offline=true", "--no-pager", str(units / f"{name}.service")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found
    assert float(found[1]) <= EXPOSURE_MAX.get(name, 0.5), said


def test_units_start_commands_that_there_are_with_settings_that_there_are() -> None:
    start = re.compile(r"^ExecStart=/opt/skytally/current/run (\S+)(.*)$", re.MULTILINE)
    for unit in UNITS.glob("*.service"):
        for verb, flags in start.findall(unit.read_text()):
            assert verb in VERBS, unit
            assert set(re.findall(r"--[a-z-]+", flags)) <= set(skytally(verb, "--help").out.split()), unit
    settings = load({}, file=UNITS.parent / "skytally.toml")
    assert settings.web.trusted_proxies == ("unix",)
    assert settings.database.database_url == "postgresql:///skytally?host=/run/postgresql"


def test_the_times_of_the_collectors_unit_leave_room_for_its_own() -> None:
    found = dict(re.findall(r"^(\w+)=(\d+)$", (UNITS / "skytally-collector.service").read_text(), re.MULTILINE))
    assert int(found["WatchdogSec"]) > 2 * STALL_S_MAX
    assert int(found["TimeoutStopSec"]) > 2 * CollectorSettings().stop_deadline_s
