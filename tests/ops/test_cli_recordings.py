"""Recordings on the command line: simulated, served, recorded again, each line once."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from benchmarks.recording import read
from tests.ops.command import Running, running, skytally

EVENTS = 1_000  # the recorder says so for the first time
BRISK = ("--reconnect-s-min", 0.01, "--rewind-s", 0.1)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated recording of a thousand events in about two seconds of stream time."""
    path = tmp_path_factory.mktemp("recording") / "short.jsonl.zst"
    done = skytally("simulate", "--events", EVENTS, "--seed", 7, "--accounts", 1000, "--out", path)
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(rf"wrote 1,000 events to {re.escape(str(path))} in \d+\.\d s\n", done.err)
    return path


@pytest.fixture
def source(recording: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of a replay server that drops every connection after 300 events."""
    with running(tmp_path / "replay", "replay", recording, "--port", 0, "--drop-after", 300) as server:
        yield address(server)
        ended = server.signalled(signal.SIGTERM)
        assert ended.code == 0
        assert [sorted(orjson.loads(line)) for line in ended.out.splitlines()] == [
            ["events", "listening"],
            ["faults"],
            ["cost"],
        ]


def address(server: Running) -> str:
    server.until(lambda: "\n" in server.out)
    told = orjson.loads(server.out.splitlines()[0])
    assert told["events"] == EVENTS
    return str(told["listening"])


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_the_same_simulation_gives_the_same_bytes(recording: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl.zst"
    assert skytally("simulate", "--events", EVENTS, "--seed", 7, "--accounts", 1000, "--out", again).code == 0
    assert again.read_bytes() == recording.read_bytes()
    assert skytally("simulate", "--events", EVENTS, "--seed", 8, "--accounts", 1000, "--out", again).code == 0
    assert again.read_bytes() != recording.read_bytes()


def test_a_port_that_is_taken_is_one_line_and_exit_code_4(recording: Path, taken: int) -> None:
    where = f"can not listen on 127.0.0.1:{taken}: address already in use"
    assert skytally("replay", recording, "--port", taken) == (4, "", f"skytally: {where}\n")
    for verb in ("web", "up", "demo"):  # before a database is looked for, or made
        done = skytally(verb, "--web-port", taken, "--data-dir", "/nonexistent/data")
        assert done == (4, "", f"skytally: {where}; choose another --web-host or --web-port\n")
    assert not Path("/nonexistent").exists()


def test_a_recording_of_a_dropping_source_has_its_lines_each_once(source: str, recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "recorded.jsonl"
    with running(tmp_path / "record", "record", "--out", out, "--source", source, *BRISK) as recorder:
        recorder.until(lambda: "1,000 events" in recorder.err)
        ended = recorder.signalled(signal.SIGINT)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.endswith(f"wrote 1,000 events to {out}\n")
    assert list(read(out, strict=True)) == list(read(recording, strict=True))


def test_a_recording_lasts_as_long_as_it_is_told_in_stream_time(source: str, recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "recorded.jsonl.zst"
    done = skytally("record", "--out", out, "--for", "0.4s", "--source", source, *BRISK)
    times = [orjson.loads(line)["time_us"] for line in read(recording)]
    expected = [line for line, at in zip(read(recording), times, strict=True) if at < times[0] + 400_000]
    assert 0 < len(expected) < EVENTS
    assert list(read(out, strict=True)) == expected
    assert (done.code, done.out) == (0, "")
    assert done.err.endswith(f"wrote {len(expected):,} events to {out}\n")
