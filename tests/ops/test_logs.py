"""Logs: what a running command writes on stderr, for people, for programs and for the journal."""

from __future__ import annotations

import logging
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from ops import logs
from ops.logs import LogSettings
from tests.ops.command import running, skytally

NOWHERE = "ws://127.0.0.1:1/subscribe"
TROUBLE = "127.0.0.1:1/subscribe refused the connection; trying again"


@pytest.fixture
def loggers() -> Iterator[None]:
    """Logging as it was, afterwards."""
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in ("", *logs.OURS, "web.cache")]
    root = logging.getLogger()
    handlers, hook = root.handlers[:], sys.excepthook
    yield
    root.handlers[:], sys.excepthook = handlers, hook
    for logger, level in before:
        logger.setLevel(level)
    logs._begun = LogSettings()


def collected(folder: Path, conninfo: str, *flags: str, **variables: str) -> list[str]:
    """The lines of a collector whose source is away, from its start to its end."""
    given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test", "SKYTALLY_SOURCE": NOWHERE}
    with running(folder, "collect", *flags, **given, **variables) as collector:
        collector.until(lambda: "refused the connection" in collector.log)
        collector.signalled(signal.SIGTERM)
        return collector.log.splitlines()


def test_lines_for_people_say_when_and_how_bad_where_nobody_else_does(conninfo: str, tmp_path: Path) -> None:
    lines = collected(tmp_path / "one", conninfo)
    assert [line for line in lines if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (info|warning) \w", line)] == []
    assert sum(line.endswith(f"Z warning {TROUBLE}") for line in lines) == 1
    assert re.search(r"Z info counted 0 events in [\d.]+ s, recognised 0 again, quarantined 0$", lines[-1])


def test_the_journal_is_told_the_level_and_not_the_time(conninfo: str, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    err = (folder / "err").open("wb")  # the same file when it is opened again
    found = (folder / "err").stat()
    journal = f"{found.st_dev}:{found.st_ino}"
    lines = collected(folder, conninfo, JOURNAL_STREAM=journal)
    assert [line for line in lines if not re.match(r"<[46]>[a-zA-Z0-9]", line)] == []
    assert f"<4>{TROUBLE}" in lines
    lines = collected(folder, conninfo, "--log-format", "json", JOURNAL_STREAM=journal)
    assert {line[:3] for line in lines} == {"<4>", "<6>"}
    assert {"time" in orjson.loads(line[3:]) for line in lines} == {False}
    err.close()


def test_as_json_every_line_is_an_object_with_its_part_and_its_figures(conninfo: str, tmp_path: Path) -> None:
    lines = [orjson.loads(line) for line in collected(tmp_path / "one", conninfo, "--log-format", "json")]
    assert {re.sub(r"\d", "9", line.pop("time")) for line in lines} == {"9999-99-99T99:99:99Z"}
    (progress,) = [line for line in lines if line["message"].startswith("connecting: ")]
    assert {name: progress[name] for name in ("part", "process", "level", "state", "events", "queued_bytes")} == {
        "part": "ops.commands.collect", "process": "collect", "level": "info", "state": "connecting", "events": 0,
        "queued_bytes": 0,
    }  # fmt: skip
    (trouble,) = [line for line in lines if line["level"] == "warning"]
    assert trouble == {"level": "warning", "part": "ops.commands.collect", "process": "collect", "message": TROUBLE}


def test_what_is_below_the_level_is_not_written(conninfo: str, tmp_path: Path) -> None:
    (line,) = collected(tmp_path / "one", conninfo, "--log-level", "warning")
    assert line.endswith(f"Z warning {TROUBLE}")


def test_a_wrong_level_is_one_line_that_says_what_is_allowed() -> None:
    done = skytally("config", "--log-level", "loud")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "debug, info, warning or error, of one part with its name (web.cache=debug)" in done.err


def test_why_a_command_does_not_go_on_is_json_too() -> None:
    away = {"DATABASE_URL": "host=127.0.0.1 port=1", "SKYTALLY_LOG_FORMAT": "json"}
    done = skytally("status", **away)
    told = orjson.loads(done.err)
    assert (done.code, told["level"], told["process"]) == (3, "error", "status")
    assert told["message"].startswith("the database can not be used: ")


@pytest.mark.usefixtures("loggers")
def test_a_fault_of_ours_is_one_line_of_json_whatever_its_texts(capsys: pytest.CaptureFixture[str]) -> None:
    logs.begin(LogSettings(log_format="json"), "web 2")
    try:
        raise ValueError("two\nlines \udcff")
    except ValueError:
        logging.getLogger("web.cache").exception("it failed: %s", "\udcff", extra={"request_id": "f00"})
    (line,) = capsys.readouterr().err.splitlines()
    told = orjson.loads(line)
    assert told.pop("exception").endswith("ValueError: two\nlines ?")
    del told["time"]
    assert told == {
        "level": "error", "part": "web.cache", "process": "web 2", "message": "it failed: ?", "request_id": "f00"
    }  # fmt: skip


@pytest.mark.usefixtures("loggers")
def test_what_somebody_says_begins_no_line_for_people_and_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    logs.begin(LogSettings())
    said = "bye\r\n2026-11-28T00:00:00Z info all is well \x1b[2J\x9b2J\u2028é"
    logging.getLogger("collector").warning("it said %s", said)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.split(" ", 1)[1] == (
        r"warning it said bye\x0d\x0a2026-11-28T00:00:00Z info all is well \x1b[2J\x9b2J\x2028é"
    )


@pytest.mark.usefixtures("loggers")
def test_a_part_has_its_own_level_and_strangers_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logs.begin(LogSettings(log_level=("error", "web.cache=debug", "collector=info")))
    for name in ("web", "web.cache", "collector.reader", "ops", "asyncio"):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger(name).log(level, "%s %s", name, logging.getLevelName(level))
    said = [line.split(" ", 2)[2] for line in capsys.readouterr().err.splitlines()]
    assert said == [
        "web ERROR", "web.cache DEBUG", "web.cache INFO", "web.cache WARNING", "web.cache ERROR",
        "collector.reader INFO", "collector.reader WARNING", "collector.reader ERROR", "ops ERROR", "asyncio ERROR",
    ]  # fmt: skip
    logs.begin(LogSettings(log_level=("debug",)))
    for name in ("web", "asyncio"):
        logging.getLogger(name).debug("%s", name)
    assert [line.split(" ", 2)[2] for line in capsys.readouterr().err.splitlines()] == ["web"]
