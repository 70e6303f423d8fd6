"""Hosts that count in seqs: where a run begins, what is missing, and the seq of a time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks.recording import Writer
from benchmarks.relay import SEQ_FIRST, Frame, Relay
from benchmarks.replay import ReplayServer
from benchmarks.store import Store
from collector.batch import UNKNOWN_US, Gap, Position
from collector.checkpoint import complete_position, resume_position
from collector.cursors import OLDEST_CURSOR, SEQS_PER_S, before, is_after
from collector.sources import Source
from collector.sources.jetstream import Jetstream
from collector.sources.subscribe_repos import SubscribeRepos
from tests.collector.frames import NOON_US, post
from tests.collector.test_checkpoint import REWIND, lanes
from tests.collector.test_reader import Play, received, simulated

EVENTS = simulated(4000)
FRAMES: list[Frame] = list(Relay().frames(EVENTS))


class RepoPlay(Play):
    """The reader against a relay that has these frames."""

    def __init__(self, folder: Path, frames: list[Frame], **settings: object) -> None:
        super().__init__([(time_us, frame) for _, time_us, frame in frames], **settings)  # type: ignore[arg-type]
        self.path = folder / "frames.bin"
        with Writer(self.path) as writer:
            for _, _, frame in frames:
                writer.write(frame)

    def store(self) -> Store:
        return Store.load(self.path)

    def source(self, url: str) -> Source:
        return SubscribeRepos(url, self.settings.frame_bytes_max)


def has_all(play: Play) -> bool:
    return len(received(play.batches)) >= len(play.events)


def gaps(play: Play) -> list[Gap]:
    return [gap for worker in play.batches for batch in worker for gap in batch.gaps]


def at(number: int) -> Position:
    seq, time_us, _ = FRAMES[number]
    return Position(seq, time_us)


def test_a_relay_is_read_from_its_beginning_and_the_last_position_is_a_seq(tmp_path: Path) -> None:
    play = RepoPlay(tmp_path, FRAMES)
    batches = play.run(has_all)
    last = max(batch.position for worker in batches for batch in worker)
    assert SEQ_FIRST < last.cursor <= FRAMES[-1][0]
    assert last.cursor >= FRAMES[-100][0]
    assert gaps(play) == []


def test_a_seq_that_is_missing_is_a_gap_though_it_is_no_second_long(tmp_path: Path) -> None:
    play = RepoPlay(tmp_path, FRAMES[2000:])
    play.complete_to, play.begin = at(1000), at(0).cursor
    play.run(has_all)
    assert gaps(play) == [Gap(at(1000).time_us, FRAMES[2000][1], "not_delivered")]


def test_what_comes_next_is_no_gap(tmp_path: Path) -> None:
    play = RepoPlay(tmp_path, FRAMES[1001:])
    play.complete_to, play.begin = at(1000), at(0).cursor
    play.run(has_all)
    assert gaps(play) == []


def test_a_frame_larger_than_we_receive_is_passed_over_though_a_relay_leaves_out_nothing(tmp_path: Path) -> None:
    limit = 1 << 20
    seq, time_us, frame = FRAMES[1500]
    frames = [*FRAMES[:1500], (seq, time_us, frame + bytes(limit)), *FRAMES[1501:]]
    play = RepoPlay(tmp_path, frames, frame_bytes_max=limit, event_bytes_max=limit)
    received_of_it = received(play.run(lambda play: len(received(play.batches)) >= len(FRAMES) - 1))
    assert received_of_it == {frame for _, _, frame in (*FRAMES[:1500], *FRAMES[1501:])}
    (gap,) = gaps(play)
    assert gap.reason == "frame_too_large"
    assert gap.from_us <= time_us <= gap.to_us
    assert play.vitals.get("reconnects") == 2  # this relay begins with the very seq that is asked for


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (500, 4),
        *(pytest.param(*each, marks=pytest.mark.long) for each in ((0, 0), (1, 0), (500, 0), (1400, 0), (1400, 4))),
    ],
)
def test_the_seq_of_a_time_is_found_by_asking(tmp_path: Path, number: int, wrong: int) -> None:
    """Of a stream that goes on: its end is known by what comes next. One of `wrong` frames has a clock a day behind.

    Four of nine may: news of accounts has times of its own, so with one of three some nine would have five.
    """
    wanted_us = FRAMES[number][1]
    frames = [
        (seq, time_us, frame.replace(b"2026-07-04T", b"2026-07-03T") if wrong and seq % wrong == 0 else frame)
        for seq, time_us, frame in FRAMES
    ]

    async def first() -> int:
        server = ReplayServer(RepoPlay(tmp_path, frames).store(), speed=2.0)
        await server.start()
        await asyncio.sleep(0.4)
        source = SubscribeRepos(f"ws://127.0.0.1:{server.port}{server.store.wire}")
        found = await source._seq_of(wanted_us)
        await server.stop()
        assert found is not None
        return found

    found = asyncio.run(asyncio.wait_for(first(), 20))
    first_after = next(frame for frame in FRAMES if frame[0] >= found)
    assert first_after[1] <= wanted_us


def test_the_beginning_and_the_end_of_a_relay_need_no_asking() -> None:
    source = SubscribeRepos("ws://nobody.invalid/x")
    assert asyncio.run(source._seq_of(OLDEST_CURSOR)) == 0
    assert asyncio.run(source._seq_of(1 << 60)) is None


def test_cursors_of_two_kinds_are_never_compared() -> None:
    assert before(NOON_US, 5) == NOON_US - 5_000_000
    assert (before(9000, 5), before(10, 5)) == (9000 - 5 * SEQS_PER_S, 0)
    assert before(OLDEST_CURSOR + 1, 5) == OLDEST_CURSOR
    assert is_after(Position(8, 1), Position(7, 5))
    assert is_after(Position(7, NOON_US), Position(NOON_US, NOON_US))
    assert not is_after(Position(7, NOON_US - 1), Position(NOON_US, NOON_US))


def test_a_host_that_counts_in_seqs_is_resumed_by_them() -> None:
    changes: list[dict[str, object]] = [{"cursor": 90_000 + n} for n in range(32)]
    all_seqs = lanes(*changes)
    assert resume_position(all_seqs, "a", REWIND) == Position(90_000 - 5 * SEQS_PER_S, UNKNOWN_US)
    assert complete_position(all_seqs, "a") == Position(90_000, NOON_US)


def test_lanes_with_seqs_and_lanes_with_times_are_resumed_by_content() -> None:
    """A first run that was killed early, or a host that has a new version."""
    mixed = lanes({"cursor": 90_000})
    expected = NOON_US - 1_000_000 - 120_000_000
    assert resume_position(mixed, "a", REWIND) == Position(expected, expected)
    assert complete_position(mixed, "a") is None
    early = lanes({"cursor": 90_000}, {"content_time": None, "cursor": NOON_US - 7}, {"content_time": None})
    assert resume_position(early, "a", REWIND) == Position(NOON_US - 7, NOON_US - 7)


def test_a_v2_host_of_jetstream_has_a_seq_in_its_lines() -> None:
    source = Jetstream("ws://x/subscribe")
    line = post()
    with_seq = line.replace(b',"kind"', b',"cursor":31527,"kind"', 1)
    assert source.position(line) == Position(NOON_US, NOON_US)
    assert source.position(with_seq) == Position(31_527, NOON_US)
    assert source.position(post(cursor=7)) == Position(NOON_US, NOON_US)
