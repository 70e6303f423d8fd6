"""The short way and the long way come to the same, byte for byte, and the short way takes what it is for."""

from __future__ import annotations

import itertools
import random
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.simulator import Simulation
from collector import rows
from collector import terms as terms_module
from collector.batch import Batch, Position
from collector.content import Content
from collector.decode import SEQ_MAX
from collector.refusals import Refusals
from collector.rows import SIGNATURE, TRAILER
from collector.shortcut import Shortcut
from collector.tally import Tallies
from tests.collector.frames import ALICE, BOB, NOON_US, follow, frame, key, like, post_uri
from tests.collector.rig import Rig


def by(rig: Rig, frames: list[bytes], *, short: bool, monkeypatch: pytest.MonkeyPatch) -> Content:
    """What a worker that has seen nothing makes of the frames."""
    rig.worker = rig.restart()
    with monkeypatch.context() as patch:
        if not short:
            patch.setattr(Shortcut, "read", lambda self, frames, _: ([], frames))
        return rig.worker._sort_out(Batch(Position(NOON_US, NOON_US), [], frames))


def cut(copy: bytes) -> Iterator[bytes]:
    """The rows of a whole binary COPY."""
    at = len(SIGNATURE)
    while copy[at : at + 2] != TRAILER:
        begin, fields = at, int.from_bytes(copy[at : at + 2], "big")
        at += 2
        for _ in range(fields):
            at += 4 + max(0, int.from_bytes(copy[at : at + 4], "big", signed=True))
        yield copy[begin:at]
    assert copy[at:] == TRAILER


def summed(copy: bytes) -> Counter[bytes]:
    """Tallies by what they count: gained less lost times a million."""
    found: Counter[bytes] = Counter()
    for row in cut(copy):
        gained, lost = struct.unpack(">4xi4xi", row[-16:])
        found[row[:-16]] += gained - lost * 1_000_000
    return found


def terms(copy: bytes) -> Counter[bytes]:
    """Term tallies by minute, term and author, summed as above."""
    found: Counter[bytes] = Counter()
    for row in cut(copy):
        gained, lost = struct.unpack(">4xi4xi", row[38:54])
        found[row[:38] + row[54:]] += gained - lost * 1_000_000
    return found


def everything(content: Content) -> dict[str, Any]:
    tallies: Tallies = content.tallies
    return {
        "rows": sorted((item.row for item in content.everything()), key=lambda row: row.packed),
        "copied": sorted(cut(content.event_rows())),
        "frames": sorted(item.frame for item in content.everything()),
        "tallies": summed(tallies.account_rows()),
        "network": tallies.network,
        "terms": terms(tallies.term_rows()),
        "events": content.events,
        "duplicates": sorted(content.duplicates),
        "refused": sorted((r.reason, r.frame) for r in content.refused),
        "losses": sorted((loss.created.rev, loss.deleted.rev, loss.sign) for loss in content.losses),
    }


def mutated(frames: list[bytes], seed: int) -> list[bytes]:
    """Frames with a byte or a piece changed, doubled or gone: most no JSON any more, some another event."""
    rng = random.Random(seed)
    found = []
    for one in frames:
        at = rng.randrange(len(one))
        to = min(len(one), at + rng.choice((1, 1, 1, 2, 5, 20)))
        new = rng.choice((b"", b"0", b"\\u0000", b'"', b"\xff", b"9" * 25, b"1e400", b"null", b"x", one[at:to] * 2))
        found.append(one[:at] + new + one[to:])
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_ways_come_to_the_same(rig: Rig, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    plain, others = (
        [line for _, line in itertools.islice(Simulation(seed=s, poison_share=0.05).events(), 6000)]
        for s in (seed, seed + 100)
    )
    frames = plain + mutated(others, seed) + mutated(plain[:500], seed) + plain[:500]
    random.Random(seed).shuffle(frames)
    short = by(rig, frames, short=True, monkeypatch=monkeypatch)
    long = by(rig, frames, short=False, monkeypatch=monkeypatch)
    assert everything(short) == everything(long)
    assert not long.plain
    assert sum(len(p.keys) for p in short.plain) > 0.8 * len(plain)


def test_the_genuine_recording_goes_the_short_way(rig: Rig, monkeypatch: pytest.MonkeyPatch, recorded: Path) -> None:
    lines = (recorded / "jetstream-corpus-2026-07-04/expected_v1.jsonl").read_bytes().splitlines()
    short = by(rig, lines, short=True, monkeypatch=monkeypatch)
    assert sum(len(p.keys) for p in short.plain) >= 105 + 15 + 6
    assert everything(short) == everything(by(rig, lines, short=False, monkeypatch=monkeypatch))


def taken(rig: Rig, frames: list[bytes], content: Content) -> list[bytes]:
    """What the short way leaves to the long way."""
    plains, rest = rig.worker._shortcut.read(frames, SEQ_MAX)
    return rest + rig.worker._shortcut.accept(plains, content, Refusals())


@pytest.mark.parametrize(
    "odd",
    [
        like(post_uri(BOB, key(1)), rkey="not-a-tid"),
        like(post_uri(BOB, "not-a-tid")),
        like(f"at://{BOB}/app.bsky.feed.generator/{key(1)}"),
        like(post_uri(BOB, key(1)), surprise=1e3),
        like(post_uri(BOB, key(1)), operation="update"),
        follow("bob.example"),
        follow({"uri": post_uri(BOB, key(1))}),
        like(post_uri(BOB, key(1))).replace(b'{"uri":"at', b'{"cid":7,"uri":"at'),
        like(post_uri(BOB, key(1))).replace(key(0).encode(), b"zzzzzzzzzzzzz"),
        like(post_uri(BOB, key(1))).replace(ALICE.encode(), b"did:plc:no_good!"),
        like(post_uri(BOB, key(1))).replace(b"app.bsky.feed.like", b"app.bsky.graph.follow"),
        follow(BOB).replace(b"app.bsky.graph.follow", b"app.bsky.feed.like"),
    ],
)
def test_what_is_open_is_left_to_the_long_way(rig: Rig, odd: bytes) -> None:
    content = Content(Position(NOON_US, NOON_US), rig.worker._collections)
    assert taken(rig, [odd], content) == [odd]
    assert not any(content.events)


def test_an_event_below_what_the_window_vouches_for_is_left_to_the_long_way(rig: Rig) -> None:
    frames = [like(post_uri(BOB, key(1)), at=n * 1000) for n in range(10)]
    old_rev = like(post_uri(BOB, key(1)), at=20_000, rev=1)
    rig.worker._window.floor_us = NOON_US + 5_000_000 - 600_000_000
    content = Content(Position(NOON_US, NOON_US), rig.worker._collections)
    assert taken(rig, [*frames, old_rev], content) == [*frames[:6], old_rev]


@pytest.mark.parametrize("cursor", [b"9" * 400, b"18446744073709551616", b"-9223372036854775809"])
def test_a_number_that_is_none_anywhere_else_is_none_here(rig: Rig, cursor: bytes) -> None:
    odd = like(post_uri(BOB, key(1)))[:-1] + b',"cursor":' + cursor + b"}"
    rig.hand(odd, like(post_uri(BOB, key(1)), at=1)[:-1] + b',"cursor":7}')
    assert rig.audit().diff == 0


def test_long_and_many_languages_are_not_remembered(rig: Rig) -> None:
    before = terms_module._usual_languages.cache_info().currsize, rows._few_bigints.cache_info().currsize
    for n in range(5):
        rig.hand(frame("post", at=n, text="x", langs=[f"{'x' * 100}{n}"] * 2 + ["en", "de", "fr", f"x{chr(97 + n)}"]))
    # what they come to may be: it is short
    assert terms_module._usual_languages.cache_info().currsize == before[0]
    assert rows._few_bigints.cache_info().currsize <= before[1] + 1
    ids = rig.worker._names.ids
    rig.hand(like(f"at://did:plc:{'x' * 1000}/app.bsky.feed.post/{key(1)}", at=9))
    assert max(map(len, ids)) <= 64
