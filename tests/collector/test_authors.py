"""Distinct authors of terms: those among the best by authors are counted, however few posts they have."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from collector.amounts import Reader
from collector.authors import Authors
from collector.measures import MEASURES
from collector.windows import WINDOWS, cover
from tests.collector.frames import NOON_US, post
from tests.collector.history import DIDS
from tests.collector.rig import Rig

ROWS = 2
(HASHTAGS,) = (measure for measure in MEASURES if (measure.kind, measure.metric) == ("hashtags", "authors"))


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
    posts = Reader(rig.roller).sums(HASHTAGS, stretches)
    found = Authors(rig.roller, ROWS).most(posts, stretches)
    counted = {names[key]: n for (key,), n in zip(found.keys.tolist(), found.gained.tolist(), strict=True)}
    assert counted == {tag: len(who[tag]) for tag in counted}
    least = sorted(map(len, who.values()))[-ROWS]
    assert {tag for tag, dids in who.items() if len(dids) >= least} <= counted.keys()
    assert len(counted) < len(who) or least <= 2  # else every one was counted, which proves nothing
