"""Distinct authors of terms: those among the best by authors are counted, however few posts they have."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import partial

import pytest

from collector.amounts import Amounts, Reader
from collector.authors import Authors, most
from collector.measures import MEASURES
from collector.windows import WINDOWS, Stretch, cover
from tests.collector.frames import NOON_US, post
from tests.collector.history import DIDS
from tests.collector.rig import Rig

ROWS = 2
(HASHTAGS,) = (measure for measure in MEASURES if (measure.kind, measure.metric) == ("hashtags", "authors"))


def best(rig: Rig, rows: int, stretches: list[Stretch]) -> Amounts:
    """The authors of what is among so many of the best hashtags."""
    posts = Reader(rig.roller).sums(HASHTAGS, stretches)
    return most(posts, rows, partial(Authors(rig.roller).of, stretches=stretches))


@pytest.mark.parametrize("seed", range(41, 44))
def test_nobody_among_the_best_by_authors_is_left_out(rig: Rig, seed: int) -> None:
    rng = random.Random(seed)
    who: dict[str, set[str]] = defaultdict(set)
    frames: list[bytes] = []
    for tag in "abcdefghijkl":
        writers = rng.sample(DIDS, rng.randrange(1, len(DIDS)))  # few write much, or many a little
        for _ in range(rng.choice([len(writers), 30])):
            did = rng.choice(writers)
            who[tag].add(did)
            frames.append(post(did, len(frames), tags=[tag]))
    rig.hand(*frames, at=50_000)
    rig.fold()
    names: dict[int, str] = dict(rig.owner.execute("select id, name from term").fetchall())
    watermark = rig.owner.execute("select to_timestamp(%s)", (NOON_US / 1e6,)).fetchall()[0][0]
    stretches = cover(*WINDOWS[0].span(watermark), {})
    found = best(rig, ROWS, stretches)
    counted = {names[key]: n for (key,), n in zip(found.keys.tolist(), found.gained.tolist(), strict=True)}
    assert counted == {tag: len(who[tag]) for tag in counted}
    least = sorted(map(len, who.values()))[-ROWS]
    assert {tag for tag, dids in who.items() if len(dids) >= least} <= counted.keys()
    assert len(counted) < len(who) or least <= 2  # else every one was counted, which proves nothing


def test_who_has_fewer_posts_and_more_authors_is_counted(rig: Rig) -> None:
    """Four terms with ten posts of one author each are counted first; the fifth has four posts, of four."""
    tags = [(tag, DIDS[0]) for tag in "abcd" for _ in range(10)] + [("e", did) for did in DIDS[:4]]
    rig.hand(*[post(did, n, tags=[tag]) for n, (tag, did) in enumerate(tags)], at=50_000)
    rig.fold()
    ((term,),) = rig.owner.execute("select id from term where name = 'e'").fetchall()
    ((watermark,),) = rig.owner.execute("select watermark from fold").fetchall()
    stretches = cover(*WINDOWS[0].span(watermark), {})
    found = best(rig, 3, stretches)
    assert dict(zip(found.keys[:, 0].tolist(), found.gained.tolist(), strict=True))[term] == len(DIDS[:4])
    few = best(rig, 2, stretches)
    assert dict(zip(few.keys[:, 0].tolist(), few.gained.tolist(), strict=True))[term] == len(DIDS[:4])


def test_as_many_posts_as_the_last_has_authors_are_enough_to_be_counted(rig: Rig) -> None:
    """The first two have two authors each and many posts; the third has two posts of two, which is as good."""
    tags = [(tag, DIDS[n % 2]) for tag in "ab" for n in range(10)] + [("c", did) for did in DIDS[:2]]
    rig.hand(*[post(did, n, tags=[tag]) for n, (tag, did) in enumerate(tags)], at=50_000)
    rig.fold()
    ((watermark,),) = rig.owner.execute("select watermark from fold").fetchall()
    stretches = cover(*WINDOWS[0].span(watermark), {})
    found = best(rig, 1, stretches)
    assert sorted(found.gained.tolist()) == [2, 2, 2]
