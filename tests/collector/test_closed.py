"""Closed sums that follow their window are those of one that is summed anew, and only what comes and goes is read."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import sql

from collector import closed as module
from collector.amounts import Amounts, Keys, Reader
from collector.board_state import state_of
from collector.closed import Closed, Complete
from collector.measures import MEASURES, Measure
from collector.rollups import DAY, HOUR
from collector.sums import together
from collector.windows import LENGTH, Stretch, cover, floor, move
from sql.metrics import Metric
from tests.collector.frames import like, post_uri
from tests.collector.rig import Rig

LIKES, ENGAGEMENT, EXPERIENCE, OF_POSTS = (
    measure
    for board in ("accounts likes_received", "accounts engagement", "accounts experience", "posts likes")
    for measure in MEASURES
    if f"{measure.kind} {measure.metric}" == board
)
POINTS = EXPERIENCE._replace(of=(Metric.LIKES,), points=(10,))
DIDS = [f"did:plc:{number:024d}" for number in range(80)]
HOUR_MS = 3_600_000
LONG = timedelta(hours=40)


class Watched(Reader):
    """Notes in how many buckets it looked for keys."""

    looked_in = 0

    def of(self, measure: Measure, stretches: Iterable[Stretch], keys: Keys) -> Amounts:
        stretches = list(stretches)
        self.looked_in += len(keys) * sum(len(stretch.starts()) for stretch in stretches)
        return super().of(measure, stretches, keys)


def liked(rig: Rig, hour: int, rng: random.Random, number: int) -> list[Stretch]:
    """Likes in one more hour, for few rather than for many, and later for others; the closed buckets of the long window
    that it ends."""
    frames = []
    for n in range(number):
        to = DIDS[(hour // 20 * 25 + int(rng.expovariate(0.15))) % len(DIDS)]
        by = DIDS[int(rng.expovariate(0.1)) % len(DIDS)]
        frames.append(like(post_uri(to, "3" + "k" * 12), by, hour * HOUR_MS + n))
    rig.hand(*frames, at=hour * HOUR_MS + HOUR_MS // 2)
    rig.fold()
    state = state_of(rig.roller)
    assert state is not None
    end = floor(state.watermark, HOUR)
    return cover(max(end - LONG, floor(state.since, HOUR)), end, state.closed)


def worth(closed: Closed, at_least: int) -> dict[tuple[int, ...], list[int]]:
    keys, gained, lost = together(closed.parts, at_least)
    return {tuple(key): amounts for key, *amounts in zip(keys.tolist(), gained.tolist(), lost.tolist(), strict=True)}


def purge_some(rig: Rig, before: datetime) -> list[int]:
    """Every third account; what is of a time before has gone."""
    rows = rig.owner.execute("select id from account where did = any (%s) order by did", (DIDS,)).fetchall()
    purged = [account for (account,) in rows[::3]]
    for rollup, bucket in itertools.product(("account", "post"), (HOUR, DAY)):
        query = sql.SQL("delete from {} where account = any (%s) and {} < %s")
        composed = query.format(sql.Identifier(f"{rollup}_{bucket}"), sql.Identifier(bucket))
        assert rig.owner.execute(composed, (purged, before)).rowcount
    return purged


@pytest.mark.parametrize(
    ("measure", "wanted"),
    [(LIKES, 60), (ENGAGEMENT, 180), (POINTS, 900), (LIKES, 1), (ENGAGEMENT, 1), (EXPERIENCE, 1)],
)
def test_closed_sums_follow_their_window(rig: Rig, measure: Measure, wanted: int) -> None:
    """Over days that begin and end in it, and are summed up."""
    reader, rng = Watched(rig.roller), random.Random(wanted)
    complete, anew = Complete(reader), Reader(rig.roller)
    closed: Closed | None = None
    followed, looked_in, buckets = 0, 0, set[str]()
    for hour in range(76):
        stretches = liked(rig, hour, rng, 80)
        if hour < 44:
            continue  # until it is as long as it will be
        buckets |= {stretch.bucket for stretch in stretches}
        before = reader.looked_in
        if closed is None or not closed.follow(stretches, wanted):
            closed = Closed(reader, complete, measure, stretches, wanted)
            looked_in += reader.looked_in - before
        else:
            followed += 1
        assert closed.is_complete == (wanted == 1)
        expected = Closed(anew, Complete(anew), measure, stretches, 1)
        assert worth(closed, closed.floor) == worth(expected, closed.floor), hour
        assert worth(expected, closed.floor)
    assert buckets == {HOUR, DAY}
    assert followed >= 25
    assert reader.looked_in - looked_in <= 4 * followed * len(DIDS)  # two hours, and those that are new in forty


def test_what_two_boards_have_together_stays_what_it_is_when_one_moves_on(rig: Rig) -> None:
    rng, reader = random.Random(1), Reader(rig.roller)
    complete = Complete(reader)
    for hour in range(50):
        stretches = liked(rig, hour, rng, 10)
    one, other = (Closed(reader, complete, LIKES, stretches, 1) for _ in range(2))
    assert one.parts[0] is other.parts[0]
    before = worth(other, 1)
    after = liked(rig, 50, rng, 10)
    assert one.follow(after, 1)
    assert worth(other, 1) == before != worth(one, 1)
    assert other.follow(after, 1)
    assert one.parts[0] is other.parts[0]


def test_a_copy_of_few_sums_is_changed_by_itself(rig: Rig) -> None:
    rng, reader = random.Random(2), Reader(rig.roller)
    for hour in range(50):
        stretches = liked(rig, hour, rng, 30)
    closed = Closed(reader, Complete(reader), LIKES, stretches, 60)
    before, other = worth(closed, 1), closed.copied()
    assert not closed.is_complete
    assert other.follow(liked(rig, 50, rng, 30), 60)
    assert worth(closed, 1) == before != worth(other, 1)


def test_closed_sums_have_what_a_purge_has_left(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of an hour that left the window when it was purged already, and of who was left without any by that; and
    nothing else is read again."""
    rng, reader = random.Random(5), Watched(rig.roller)
    for hour in range(58):
        stretches = liked(rig, hour, rng, 80)
    complete = Complete(reader)
    measures = [LIKES, ENGAGEMENT, OF_POSTS]
    few = [Closed(reader, complete, *each) for each in zip(measures, 3 * [stretches], (60, 180, 60), strict=True)]
    every = [*few, *(Closed(reader, complete, measure, stretches, 1) for measure in measures)]
    assert [closed.is_complete for closed in every] == 3 * [False] + 3 * [True]
    before = [worth(closed, 1) for closed in every]
    purged = purge_some(rig, stretches[-1].end - LENGTH[HOUR])
    after = liked(rig, 58, rng, 80)
    assert all(closed.follow(after, at) for closed, at in zip(every, (60, 180, 60, 1, 1, 1), strict=True))
    for sums in (part for closed in every[:4] for part in closed.parts):
        keys = sums.beginning_with(purged)
        sums.take(Amounts(keys, *sums.of(keys)))
    monkeypatch.setattr(reader, "sums", None)
    looked_in = reader.looked_in
    complete.note_purged(purged)
    for closed in every:
        closed.note_purged(purged)
    assert reader.looked_in - looked_in == (3 + 4 + 1) * len(purged) * sum(len(each.starts()) for each in after)
    monkeypatch.undo()
    for closed, measure, had in zip(every, 2 * measures, before, strict=True):
        expected = Closed(reader, Complete(reader), measure, after, 1)
        assert worth(closed, closed.floor) == worth(expected, closed.floor)
        of_purged = [{key for key in keys if key[0] in purged} for keys in (had, worth(closed, 1))]
        assert of_purged[0] - of_purged[1]
        assert of_purged[1]  # what came after is left


def test_a_purge_takes_nothing_out_of_sums_of_terms(rig: Rig) -> None:
    rng, reader = random.Random(4), Reader(rig.roller)
    for hour in range(4):
        stretches = liked(rig, hour, rng, 10)
    terms = next(measure for measure in MEASURES if measure.kind == "hashtags")
    query = "insert into term_hour (hour, term, dimension, gained, lost) values (%s, 7, %s, 5, 0)"
    rig.owner.execute(query, (stretches[0].begin, terms.of[0]))
    complete = Complete(reader)
    closed = Closed(reader, complete, terms, stretches, 1)
    complete.note_purged([7])
    closed.note_purged([7])
    assert worth(closed, 1) == {(7,): [5, 0]}


def test_keys_are_chosen_anew_where_they_are_others(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another floor, of everybody where few would do, in minutes, and where too many have come together."""
    monkeypatch.setattr(module, "_GROWN", 1)
    rng, reader = random.Random(3), Reader(rig.roller)
    for hour in range(50):
        stretches = liked(rig, hour, rng, 30)
    after = liked(rig, 50, rng, 30)

    def closed(floor: int) -> Closed:
        return Closed(reader, Complete(reader), LIKES, stretches, floor)

    assert closed(60).follow(after, 60)
    assert closed(1).follow(after, 1)
    assert not closed(60).follow(after, 90)
    assert not closed(60).follow(after, 40)
    assert not closed(1).follow(after, 60)
    minutes = [*stretches, Stretch("minute", stretches[-1].end, stretches[-1].end + LENGTH[HOUR])]
    assert not closed(60).follow(minutes, 60)
    grown = closed(60)
    grown.learn(reader.sums(LIKES, stretches).keys)
    assert grown.follow(stretches, 60)  # the same window
    assert not grown.follow(after, 60)


def test_a_window_moves_by_hours_and_not_too_many() -> None:
    noon = datetime(2026, 7, 4, 12, tzinfo=UTC)

    def hours(begin: int, end: int) -> list[Stretch]:
        return [Stretch(HOUR, noon + begin * LENGTH[HOUR], noon + end * LENGTH[HOUR])]

    assert move(hours(0, 30), hours(0, 30)) == ([], [], [])
    assert move(hours(0, 30), hours(1, 31)) == (hours(30, 31), hours(0, 1), hours(30, 31))
    assert move(hours(1, 31), hours(0, 30)) == (hours(0, 1), hours(30, 31), hours(0, 1))
    assert move(hours(0, 30), hours(4, 34)) is None
    assert move(hours(0, 1), hours(2, 3)) is None
    assert move(hours(0, 1), []) is None
