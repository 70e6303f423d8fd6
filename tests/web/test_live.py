"""Counts as they come: a worker, a database, a site on a real socket, and readers of its streams."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.collector.frames import ALICE, BOB, BOBS, frame, like, post
from tests.collector.rig import Rig
from tests.web.site import Site, site
from tests.web.stream import Stream, watching


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


@pytest.fixture
def live(rig: Rig) -> Iterator[Site]:
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        yield found


def begun(stream: Stream) -> Stream:
    """A stream whose first message, which has nothing in it, has come."""
    first = stream.next()
    assert first is not None
    assert first.data["counts"] == {}
    return stream


def test_counts_are_pushed_as_batches_become_durable(rig: Rig, live: Site) -> None:
    rig.hand(post(ALICE, langs=["en"]), at=1)
    with watching(live.port, "by=language") as stream:
        assert stream.status == 200
        assert {name: stream.headers.get(name) for name in ("content-type", "cache-control", "x-accel-buffering")} == {
            "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"
        }  # fmt: skip
        begun(stream)
        rig.hand(post(ALICE, 1, langs=["en-US", "ja"]), post(BOB, 2, langs=[]), like(BOBS, at=3), at=4)
        assert stream.summed(3) == {"en": 1, "ja": 1, "und": 1}
        rig.hand(post(ALICE, 5, langs=["ja"], surprise=1), at=6)
        assert stream.summed(1) == {"ja": 1}
