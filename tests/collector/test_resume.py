"""Where a run begins while it is not proven that two hosts join, and what is proven then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collector.batch import Position
from collector.checkpoint import Asked, LaneState, Rewind, begin_epoch, lane_states
from collector.columns import ints
from collector.overlap import Overlap, Recognised, Recogniser
from collector.proof import DEEPER, GAP, PROVEN, Tried, verdict
from collector.resume import Plan, plan_of
from sql.session import connect
from tests.collector.frames import BOB, NOON_US, post
from tests.collector.rig import Rig

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
FIRST = Position(NOON_US - 10**12, NOON_US - 10**12)
REWIND = Rewind(5, 120, 3600)
LANES = [LaneState(n, "a", NOON_US, NOON, NOON) for n in range(32)]
TRIED = Tried(
    7, "b", NOON, NOON - timedelta(seconds=120), NOON, 120.0, 0, None, 0, 0, None, 0, NOON - timedelta(days=1)
)


def asked(plan: Plan) -> tuple[float, ...]:
    """Seconds before noon at which it begins, the part that counts ends and the frontier is; what is not recognised."""
    assert plan.asked is not None
    assert plan.complete_to is None
    assert plan.begin.cursor == plan.asked.overlap.begins_us
    return *((NOON_US - us) / 1e6 for us in plan.asked.overlap), plan.asked.unknown_before


def test_on_the_same_host_nothing_has_to_be_proven_and_before_the_first_event_neither() -> None:
    assert plan_of(LANES, "a", None, REWIND, FIRST).asked is None
    assert plan_of(LANES, "a", TRIED._replace(outcome=PROVEN), REWIND, FIRST).asked is None
    new = [lane._replace(content_time=None) for lane in LANES]
    assert plan_of(new, "b", None, REWIND, FIRST) == Plan(FIRST, None)


def test_another_host_is_asked_from_two_minutes_before_the_frontier() -> None:
    assert asked(plan_of(LANES, "b", None, REWIND, FIRST)) == (120, 0, 0, 0)


def test_a_run_that_was_cut_off_is_asked_the_same_and_what_it_accepted_is_not_recognised() -> None:
    moved = [lane._replace(host="b", content_time=NOON + timedelta(hours=1)) for lane in LANES]
    cut_off = TRIED._replace(known=10, unknown=4, unknown_before=3)
    assert asked(plan_of(moved, "b", cut_off, REWIND, FIRST)) == (120, 0, 0, 7)


def test_what_is_read_from_farther_back_counts_up_to_where_the_run_before_began() -> None:
    begun = TRIED._replace(outcome=DEEPER, earliest=NOON - timedelta(seconds=110), unknown=9)
    assert asked(plan_of(LANES, "b", begun, REWIND, FIRST)) == (240, 110, 0, 0)
    behind = TRIED._replace(outcome=DEEPER, earliest=NOON + timedelta(seconds=110), rewind_s=1920.0)
    assert asked(plan_of(LANES, "b", behind, REWIND, FIRST)) == (3600, 0, 0, 0)


@pytest.mark.parametrize(("reached_s", "frontier_s"), [(3600, 0), (-60, -60)])
def test_a_third_host_is_asked_from_what_is_proven_or_nearer(reached_s: int, frontier_s: int) -> None:
    moved = [lane._replace(host="b", content_time=NOON + timedelta(seconds=reached_s)) for lane in LANES]
    for outcome in (None, DEEPER):
        plan = plan_of(moved, "c", TRIED._replace(outcome=outcome), REWIND, FIRST)
        assert asked(plan) == (120 - frontier_s, -frontier_s, -frontier_s, 0)
    settled = plan_of(moved, "c", TRIED._replace(outcome=PROVEN), REWIND, FIRST)
    assert asked(settled) == (120 - reached_s, -reached_s, -reached_s, 0)


@pytest.mark.parametrize(
    ("known", "unknown", "before", "passed", "rewind_s", "expected"),
    [
        (990, 10, 0, 2, 120, PROVEN),
        (989, 11, 0, 2, 120, DEEPER),
        (1000, 0, 0, 1, 120, None),  # a worker may still see more
        (1000, 0, 11, 2, 120, DEEPER),  # eleven of them were accepted by the run that was cut off
        (1000, 0, 10, 2, 120, PROVEN),
        (0, 0, 0, 2, 120, DEEPER),
        (0, 0, 0, 2, 3600, GAP),
        (0, 5, 0, 2, 3600, GAP),
    ],
)
def test_ninety_nine_of_a_hundred_must_be_recognised(
    known: int, unknown: int, before: int, passed: int, rewind_s: float, expected: str | None
) -> None:
    tried = TRIED._replace(known=known, unknown=unknown, unknown_before=before, passed=passed, rewind_s=rewind_s)
    assert verdict(tried, 2, REWIND) == expected


def test_a_gap_goes_to_where_the_host_began_or_over_all_that_is_in_doubt() -> None:
    later, earlier = NOON + timedelta(minutes=5), NOON - timedelta(minutes=1)
    assert TRIED._replace(earliest=later).gap == (NOON, later)
    assert TRIED._replace(earliest=earlier).gap == (earlier, NOON)


def test_a_host_that_is_read_again_begins_every_lane_anew(rig: Rig) -> None:
    rig.hand(post(BOB, 5000), at=5000)
    [before] = {lane.cursor for lane in lane_states(rig.owner)}
    begin_us = NOON_US - 240_000_000
    overlap = Overlap(begin_us, NOON_US, NOON_US)
    with connect(rig.conninfo, "skytally_collector", "supervisor of a test") as connection:
        begin_epoch(connection, "test:1/subscribe", Position(begin_us, begin_us), Asked(overlap, 240, 0))
    assert {lane.cursor for lane in lane_states(rig.owner)} == {begin_us}
    assert before == NOON_US + 5_000_000


def test_a_worker_without_events_has_passed_the_frontier_when_the_stream_is_far_beyond_it() -> None:
    recogniser = Recogniser(Overlap(NOON_US - 120_000_000, NOON_US, NOON_US))
    assert not recogniser.look([], ints([]), Position(NOON_US, NOON_US + 500_000_000)).passed
    late_us = NOON_US + 700_000_000
    assert recogniser.look([], ints([]), Position(late_us, late_us)) == Recognised(0, 0, late_us, True)


def test_a_few_wrong_revs_are_not_the_frontier() -> None:
    recogniser = Recogniser(Overlap(NOON_US - 120_000_000, NOON_US, NOON_US))
    position = Position(NOON_US, NOON_US)
    for ahead in (60_000, 70_000, 80_000):
        assert not recogniser.look([post(at=ahead)], ints([]), position).passed
    assert not recogniser.look([post(at=-60_000 + n) for n in range(50)], ints([]), position).passed
    assert recogniser.look([post(at=n + 1) for n in range(50)], ints([]), position).passed
