"""Readers of counts who come back: they go on where they were, or are told that they begin anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sql import statement
from sql.session import connect
from tests.collector.frames import ALICE, post
from tests.collector.rig import Rig
from tests.web.site import Site, site
from tests.web.stream import begun, first, watching
from web import ticker
from web.place import Place

COPY = b"""
insert into tick (minute, segment, kinds, operations, keys, amounts)
select minute, segment, kinds, operations, keys, amounts
from tick
limit 1
"""


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


def test_who_comes_back_goes_on_where_they_were_on_any_process(rig: Rig, live: Site) -> None:
    with watching(live.port, "by=language") as stream:
        begun(stream)
        rig.hand(post(ALICE, 1, langs=["en"]), at=1)
        assert stream.summed(1) == {"en": 1}
        last_id = stream.last_id
    rig.hand(post(ALICE, 2, langs=["en"]), post(ALICE, 3, langs=["ja"]), at=3)
    rig.fold()
    rig.hand(post(ALICE, 4, langs=["de"]), at=4)
    with site(rig.conninfo) as other:
        for port in (live.port, other.port):
            with watching(port, "by=language", last_id) as stream:
                assert stream.summed(3) == {"de": 1, "en": 1, "ja": 1}
    with watching(live.port, "by=language", stream.last_id) as stream:
        assert first(stream).data["counts"] == {}


def test_a_batch_that_was_open_when_somebody_left_is_theirs_when_they_come_back(rig: Rig, live: Site) -> None:
    """Whichever of two batches began first: what was not visible is new."""
    rig.hand(post(ALICE, 1, langs=["en"]), at=1)
    with connect(rig.conninfo, "skytally_collector", "slow batch") as slow:
        slow.execute("begin")
        slow.execute(COPY)
        with watching(live.port, "by=language") as stream:
            begun(stream)
            rig.hand(post(ALICE, 2, langs=["ja"]), at=2)
            assert stream.summed(1) == {"ja": 1}
            last_id = stream.last_id
            slow.execute("commit")
            assert stream.summed(1) == {"en": 1}
        with watching(live.port, "by=language", last_id) as stream:
            assert first(stream).data["counts"] == {"en": 1}


@pytest.mark.parametrize("last_id", ["nonsense", "1:1:", "9000000000:9000000000:", "2:3:9", "5:9:7,6"])
def test_who_can_not_go_on_begins_anew_and_is_told(rig: Rig, live: Site, last_id: str) -> None:
    rig.hand(post(ALICE, 1, langs=["en"]), at=1)
    rig.owner.execute("update fold set ticks_forgotten = '10'")
    with watching(live.port, "by=language&since=2026-07-04T12:00:00Z", last_id) as stream:
        event = first(stream)
        assert (event.kind, event.data["counts"]) == ("restart", {"en": 1})
        rig.hand(post(ALICE, 2, langs=["en"]), at=2)
        assert stream.summed(1) == {"en": 1}


def test_ticks_are_forgotten_and_not_before_they_are_folded(rig: Rig, live: Site) -> None:
    with watching(live.port, "by=language") as stream:
        last_id = first(stream).id
    rig.hand(post(ALICE, 1, langs=["en"]), at=1)
    for folds, left in ((False, 1), (True, 0)):
        if folds:
            rig.fold()
        rig.roller.execute(statement("rollup/forget_ticks"), {"age": timedelta()})
        assert rig.one("select count(*)::int from tick") == left
    with watching(live.port, "by=language&since=2026-07-04T12:00:00Z", last_id) as stream:
        assert (event := first(stream)).kind == "restart"
        assert event.data["counts"] == {"en": 1}


def test_a_batch_that_was_open_when_somebody_left_and_is_forgotten_is_missed(rig: Rig, live: Site) -> None:
    rig.hand(post(ALICE, 1, langs=["en"]), at=1)
    with connect(rig.conninfo, "skytally_collector", "slow batch") as slow:
        slow.execute("begin")
        slow.execute(COPY)
        with watching(live.port, "by=language") as stream:
            begun(stream)
            rig.hand(post(ALICE, 2, langs=["ja"]), at=2)
            assert stream.summed(1) == {"ja": 1}
        slow.execute("commit")
    rig.fold()
    rig.hand(post(ALICE, 3, langs=["de"]), at=3)
    rig.roller.execute(statement("rollup/forget_ticks"), {"age": timedelta()})
    assert rig.one("select count(*)::int from tick") == 1
    with watching(live.port, "by=language", stream.last_id) as stream:
        assert first(stream).kind == "restart"


def test_a_transaction_that_is_open_for_long_takes_nobody_their_place(rig: Rig, live: Site) -> None:
    """Whatever it does: what began before it and is forgotten was seen by everybody who came since."""
    with connect(rig.conninfo, None, "somebody else") as other:
        other.execute("begin")
        other.execute("select pg_current_xact_id()")
        rig.hand(post(ALICE, 1, langs=["en"]), at=1)
        rig.fold()
        rig.roller.execute(statement("rollup/forget_ticks"), {"age": timedelta()})
        assert rig.one("select count(*)::int from tick") == 0
        with watching(live.port, "by=language") as stream:
            begun(stream)
            rig.hand(post(ALICE, 2, langs=["ja"]), at=2)
            assert stream.summed(1) == {"ja": 1}
        rig.hand(post(ALICE, 3, langs=["de"]), at=3)
        with watching(live.port, "by=language", stream.last_id) as stream:
            assert stream.summed(1) == {"de": 1}
        other.execute("commit")


def test_a_database_that_was_set_back_makes_everybody_begin_anew(
    rig: Rig, live: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had of its ticks is of another history: it is not known what was missed."""
    look, restored = ticker._look, list[bool]()

    async def looked(*given: Any) -> ticker.Look:
        found = await look(*given)
        return found._replace(place=Place(1, 2, frozenset())) if restored else found

    monkeypatch.setattr(ticker, "_look", looked)
    with watching(live.port, "by=language") as stream:
        begun(stream)
        restored.append(True)
        assert any(event.kind == "restart" for event in stream.events())
