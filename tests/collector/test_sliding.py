"""Authors in a window that moves on: what is remembered is what is counted anew, and only who comes and goes is looked
up."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from collector import sliding
from collector.amounts import Amounts, Keys
from collector.authors import Authors
from collector.board_state import span_of, state_of
from collector.measures import MEASURES
from collector.rollups import HOUR
from collector.sliding import Sliding
from collector.terms import Dimension
from collector.windows import WEEK_LONG, Stretch, cover, floor
from tests.collector.frames import post
from tests.collector.rig import Rig

(HASHTAGS,) = (measure for measure in MEASURES if (measure.kind, measure.metric) == ("hashtags", "authors"))
DIDS = [f"did:plc:{number:024d}" for number in range(40)]
TAGS = "abcdefghij"
MINUTE_MS = 60_000


class Watched(Authors):
    """Notes for how many terms, and for how many of their authors, it was asked."""

    counted = looked_up = 0

    def of(self, keys: Keys, stretches: list[Stretch]) -> Amounts:
        self.counted += len(keys)
        return super().of(keys, stretches)

    def unknown(self, pairs: Keys, stretches: list[Stretch]) -> Amounts:
        self.looked_up += len(pairs)
        return super().unknown(pairs, stretches)


def written(rig: Rig, *posts: tuple[int, str, str], telling: Iterable[Sliding] = ()) -> list[Stretch]:
    """Posts at a minute, by somebody, with a tag; the week they are in."""
    first = len(rig.handed)
    frames = [post(did, minute * MINUTE_MS + n, tags=[tag]) for n, (minute, did, tag) in enumerate(posts, first)]
    rig.hand(*frames, at=max(minute for minute, _, _ in posts) * MINUTE_MS + 59_000)
    minutes = rig.fold()
    for each in telling:
        each.note(minutes)
    state = state_of(rig.roller)
    assert state is not None
    return cover(*span_of(WEEK_LONG, state), state.closed)


def hours(rig: Rig) -> list[Stretch]:
    """The week that ends with the last hour that is over."""
    state = state_of(rig.roller)
    assert state is not None
    end = floor(state.watermark, HOUR)
    return cover(end - WEEK_LONG.length, end, state.closed)


def numbers(amounts: Amounts) -> dict[int, int]:
    return dict(zip(amounts.keys[:, 0].tolist(), amounts.gained.tolist(), strict=True))


def terms(rig: Rig) -> Keys:
    found = rig.owner.execute("select id from term where id & 7 = %s", (Dimension.HASHTAG,)).fetchall()
    return np.array(found, np.int64).reshape(-1, 1)


@pytest.mark.parametrize("seed", range(61, 64))
def test_a_window_that_moves_on_is_as_if_counted_anew(rig: Rig, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight days, then steps of minutes and hours, with posts that come late, for terms that come and go; where the
    window ends with the watermark, and where it ends with the last hour."""
    rng, watched = random.Random(seed), [Watched(rig.roller), Watched(rig.roller)]
    live, hourly = (Sliding(HASHTAGS.source, authors) for authors in watched)
    plain, minute = Authors(rig.roller), 8 * 1440

    def somebody(first: int, last: int) -> tuple[int, str, str]:
        return rng.randint(first, last), rng.choice(DIDS), rng.choice(TAGS)

    written(rig, *[somebody(0, minute) for _ in range(400)])
    asked = 0
    for _ in range(40):
        since = max(0, minute - rng.choice([5, 5, 5, 5, 50, 5000]))
        late = [somebody(since, minute) for _ in range(rng.choice([0, 2, 9]))]
        now = written(rig, somebody(minute, minute), *late, telling=[live, hourly])
        every = terms(rig)
        some = every[rng.sample(range(len(every)), rng.randint(1, len(every)))]
        asked += 2 * len(some)
        monkeypatch.setattr(sliding, "LOOKUP", rng.choice([0, 0, 0, 1, 5]))
        for kept, stretches in (live, now), (hourly, hours(rig)):
            expected, at = numbers(plain.of(some, stretches)), rng.randint(0, len(some))
            assert numbers(kept.of(some[:at], stretches)) | numbers(kept.of(some[at:], stretches)) == expected
        minute += rng.choice([0, 1, 1, 10, 10, 30, 60, 60, 100, 200, 1500])
    assert 20 < sum(each.counted for each in watched) < asked
    assert min(each.looked_up for each in watched) > 5


def test_only_who_has_come_is_looked_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliding, "LOOKUP", 0)
    authors = Watched(rig.roller)
    kept = Sliding(HASHTAGS.source, authors)
    written(rig, *[(minute, did, "a") for minute, did in enumerate(DIDS[:10])])
    for come, expected, looked_up in (
        (DIDS[:1], 10, 0), ([], 10, 0), (DIDS[1:2], 10, 1), (DIDS[1:2], 10, 1), (DIDS[10:13], 13, 4)
    ):  # fmt: skip
        stretches = written(rig, (61, DIDS[0], "b"), *[(61, did, "a") for did in come])
        found = numbers(kept.of(terms(rig), stretches))
        assert max(found.values()) == expected
        assert (authors.counted, authors.looked_up) == (2, looked_up)


def test_where_much_has_come_all_is_counted_anew(rig: Rig) -> None:
    """Ten authors more of ten: that many cost less to count than to look up."""
    authors = Watched(rig.roller)
    kept = Sliding(HASHTAGS.source, authors)
    stretches = written(rig, *[(minute, did, "a") for minute, did in enumerate(DIDS[:10])], (60, DIDS[0], "a"))
    assert list(numbers(kept.of(terms(rig), stretches)).values()) == [10]
    stretches = written(rig, *[(60, did, "a") for did in DIDS[10:20]])
    assert list(numbers(kept.of(terms(rig), stretches)).values()) == [20]
    assert (authors.counted, authors.looked_up) == (2, 0)


def test_what_comes_late_for_an_hour_that_is_over_is_counted_anew(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliding, "LOOKUP", 0)
    kept = Sliding(HASHTAGS.source, Authors(rig.roller))
    stretches = written(rig, (0, DIDS[0], "a"), (61, DIDS[1], "a"))
    assert list(numbers(kept.of(terms(rig), stretches)).values()) == [2]
    stretches = written(rig, (1, DIDS[2], "a"), (61, DIDS[1], "a"), telling=[kept])
    assert list(numbers(kept.of(terms(rig), stretches)).values()) == [3]


def test_who_comes_again_when_the_window_has_gone_on_counts_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliding, "LOOKUP", 0)
    kept = Sliding(HASHTAGS.source, Authors(rig.roller))
    stretches = written(rig, (0, DIDS[0], "a"), (61, DIDS[1], "a"))
    assert list(numbers(kept.of(terms(rig), stretches)).values()) == [2]
    written(rig, (4 * 1440, DIDS[2], "a"), telling=[kept])
    stretches = written(rig, (61 + 8 * 1440, DIDS[1], "a"), telling=[kept])
    assert list(numbers(kept.of(terms(rig), stretches)).values()) == [2]


def test_minutes_of_an_hour_that_was_not_summed_up_in_time_count_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours are an hour behind, so what was live reaches beyond what is settled next."""
    monkeypatch.setattr(sliding, "LOOKUP", 0)
    kept = Sliding(HASHTAGS.source, Authors(rig.roller))
    written(rig, (0, DIDS[0], "a"))
    for minute in (130, 190):
        written(rig, *[(minute, did, "a") for did in DIDS[1:4]])
        state = state_of(rig.roller)
        assert state is not None
        behind: dict[str, datetime | None] = {HOUR: floor(state.watermark, HOUR) - timedelta(hours=1)}
        found = kept.of(terms(rig), cover(*span_of(WEEK_LONG, state), behind))
        assert list(numbers(found).values()) == [4]


def test_while_no_hour_is_summed_up_all_is_counted_anew(rig: Rig) -> None:
    """The sum of an hour is late, so all of the window are minutes."""
    kept = Sliding(HASHTAGS.source, Authors(rig.roller))
    for number in (1, 2, 3):
        written(rig, *[(60 + number, did, "a") for did in DIDS[:number]])
        state = state_of(rig.roller)
        assert state is not None
        found = kept.of(terms(rig), cover(*span_of(WEEK_LONG, state), {}))
        assert list(numbers(found).values()) == [number]


def test_an_hour_without_statistics_is_looked_up_term_by_term_and_not_read_whole_for_each(rig: Rig) -> None:
    """What has just been summed up: the planner takes it for next to nothing."""
    hour = datetime(2026, 7, 4, 9, tzinfo=UTC)
    rig.owner.execute("select ensure_day(%s)", (hour.date(),))
    rig.owner.execute("analyze author_hour")
    for begin in (hour, hour + timedelta(hours=1)):
        rig.owner.execute(
            "insert into author_hour (hour, term, author) select %s, term, author"
            " from generate_series(1, 100) as term, generate_series(1, 50) as author",
            (begin,),
        )
        if begin == hour:
            rig.owner.execute("analyze author_hour")
    authors, last = Authors(rig.roller), Stretch(HOUR, hour + timedelta(hours=1), hour + timedelta(hours=2))
    keys = np.arange(1, 101).reshape(-1, 1)
    before = searches(rig)
    pairs = authors.pairs(keys, last)
    between = searches(rig)
    assert (len(pairs), numbers(authors.unknown(pairs, [last]))) == (5_000, {})
    assert (between - before, searches(rig) - between) == (100, 5_000)


def searches(rig: Rig) -> int:
    """How often somebody looked into the index of authors by hour."""
    rig.roller.execute("select pg_stat_force_next_flush()")
    rig.roller.execute("select")
    rig.owner.execute("select pg_stat_clear_snapshot()")
    query = "select sum(idx_scan)::int from pg_stat_user_tables where relname like 'author_hour_%'"
    ((found,),) = rig.owner.execute(query).fetchall()
    assert isinstance(found, int)
    return found
