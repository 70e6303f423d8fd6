"""Where a run begins, from what the lanes say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collector.batch import Position
from collector.checkpoint import LaneState, Rewind, complete_position, resume_position
from collector.cursors import OLDEST_CURSOR
from collector.errors import BadSetting
from collector.hosts import Hosts
from collector.since import first_cursor
from tests.collector.frames import BOB, NOON_US, post
from tests.collector.rig import Rig

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
REWIND = Rewind(5, 120)


def lanes(*changes: dict[str, object]) -> list[LaneState]:
    """Thirty-two lanes at noon, the first ones changed."""
    at_noon = LaneState(0, "a", NOON_US, NOON, NOON - timedelta(seconds=1))
    return [at_noon._replace(lane=n, **(changes[n] if n < len(changes) else {})) for n in range(32)]  # type: ignore[arg-type]


def test_on_the_same_host_the_lowest_lane_decides() -> None:
    behind = lanes({"cursor": NOON_US - 7_000_000})
    assert resume_position(behind, "a", REWIND) == Position(NOON_US - 12_000_000, NOON_US - 12_000_000)
    assert complete_position(behind, "a") == Position(NOON_US - 7_000_000, NOON_US - 7_000_000)


def test_on_another_host_the_lowest_content_time_decides_and_cursors_do_not() -> None:
    behind = lanes({"content_time": NOON - timedelta(hours=1)}, {"cursor": 5})
    expected = NOON_US - 3600_000_000 - 120_000_000
    assert resume_position(behind, "b", REWIND) == Position(expected, expected)
    assert complete_position(behind, "b") is None


@pytest.mark.parametrize("missing", [{"cursor": None}, {"host": "b", "content_time": None}])
def test_a_lane_that_has_nothing_yet_means_from_the_beginning(missing: dict[str, object]) -> None:
    assert resume_position(lanes(missing), "a", REWIND) is None


def test_a_first_run_begins_where_it_is_told() -> None:
    assert first_cursor("oldest", NOON_US).cursor == OLDEST_CURSOR
    assert first_cursor("live", NOON_US).cursor == NOON_US
    assert first_cursor("90m", NOON_US).cursor == NOON_US - 5400_000_000
    assert first_cursor("2026-07-04T12:00:00Z", 0).cursor == NOON_US
    with pytest.raises(BadSetting):
        first_cursor("2026-07-04Tnoon", 0)


def test_hosts_are_taken_in_turn_and_tried_longer_in_each_round() -> None:
    hosts = Hosts(("a", "b"))
    seen = []
    for _ in range(5):
        seen.append((hosts.url, hosts.tries_max, hosts.first_round))
        hosts.failed(0.0)
    assert seen == [("a", 3, True), ("b", 3, True), ("a", 6, True), ("b", 6, False), ("a", 12, False)]
    hosts.well()
    assert hosts.tries_max == 3
    assert Hosts(("a",)).tries_max is None


def test_the_first_host_is_gone_back_to_when_it_was_well_for_long_enough_and_later_if_it_fails_soon() -> None:
    hosts = Hosts(("a", "b"), well_s=300)
    hosts.failed(0)
    looks = ((True, 10), (False, 200), (True, 310), (True, 600))
    assert [hosts.probed(well, now) for well, now in looks] == [False] * 4
    assert hosts.probed(True, 610)
    assert not hosts.away
    hosts.failed(700)  # soon after
    assert (hosts.url, hosts.well_s) == ("b", 600)
    assert not hosts.probed(True, 1000)
    assert not hosts.probed(True, 1599)
    assert hosts.probed(True, 1600)
    hosts.failed(9000)
    assert hosts.well_s == 300


def test_a_host_that_misses_something_is_left_unless_all_the_others_miss_it_too() -> None:
    hosts = Hosts(("a", "b"))
    assert hosts.blind("likes", 0)
    assert (hosts.url, hosts.missed("a"), hosts.missed("b")) == ("b", "likes", "")
    assert not hosts.blind("likes", 10)
    assert hosts.blind("posts", 20)
    assert hosts.url == "a"
    assert not Hosts(("a",)).blind("likes", 0)


def test_on_another_host_every_lane_begins_at_the_resume_point_and_on_the_same_one_none_does(rig: Rig) -> None:
    rig.hand(post(BOB, 5000), at=5000)
    reached = rig.one("select min(cursor) from lane")
    rig.restart()
    assert rig.one("select min(cursor) from lane") == reached
    rig.restart("other:1/subscribe")
    query = "select array_agg(distinct cursor) = array[%s]::bigint[] from lane"
    assert rig.owner.execute(query, (NOON_US,)).fetchall() == [(True,)]
    assert reached == NOON_US + 5_000_000
