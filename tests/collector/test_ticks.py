"""Ticks: all of them add up to the recount, minute by minute, whatever came twice, late or taken back."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest

from benchmarks.simulator import Simulation
from ops.audit.deliveries import deliveries
from ops.audit.recount import recount
from tests.collector.frames import ALICE, BOB, NOON_US, delete, key, post
from tests.collector.history import History
from tests.collector.rig import Rig
from tests.collector.test_writer import REFUSE

WATCHED = ("language", "hashtag", "domain")
Key = tuple[int, str, str, str]
"""A minute (unix microseconds), what is counted, operation, name."""


def ticked(rig: Rig) -> Counter[Key]:
    """All ticks together."""
    query = """
        select
          (extract(epoch from minute) * 1000000)::bigint,
          case kind when 'c' then 'collection' when 'f' then 'first language' else dimension.name end,
          operation::text,
          coalesce(collection.name, term.name),
          sum(amount)::int
        from tick
        cross join unnest(kinds, operations, keys, amounts) as each (kind, operation, key, amount)
        left join collection on kind = 'c' and collection.id = key
        left join term on kind <> 'c' and term.id = key
        left join dimension on dimension.id = term.dimension
        group by 1, 2, 3, 4
        having sum(amount) <> 0
    """
    return Counter({(*key, name): n for *key, name, n in rig.owner.execute(query)})


def expected(rig: Rig) -> Counter[Key]:
    """What the frames that were handed come to."""
    events = list(deliveries(rig.handed, NOON_US + 10**13, lambda _: None).counted())
    total = recount(events)
    found: Counter[Key] = Counter()
    for (minute, collection, operation), n in total.network.gained.items():
        found[minute, "collection", operation, collection] = n  # type: ignore[index]
    for operation, terms in (("c", total.terms.gained), ("d", total.terms.lost)):
        for (minute, dimension, name), n in terms.items():
            if dimension in WATCHED:
                found[minute, dimension, operation, name] = n  # type: ignore[index]
    return found


@pytest.mark.parametrize("seed", [7, 8])
def test_they_add_up_to_the_recount(rig: Rig, seed: int) -> None:
    history, rng = History(rig, seed), random.Random(seed)
    rig.hand(*[line for _, line in islice(Simulation(seed, NOON_US).events(), 3000)], at=10_000)
    for _ in range(4):
        for _ in range(rng.randrange(60, 150)):
            history.act()
        history.fold()
        rig.restart()
        history.minute += rng.choice([1, 59, 300])
    found = ticked(rig)
    firsts = Counter({key: n for key, n in found.items() if key[1] == "first language"})
    assert Counter({key: n for key, n in found.items() if key[1] != "first language"}) == expected(rig)
    posts = sum(n for (_, of, operation, name), n in found.items()
                if (of, operation, name) == ("collection", "c", "app.bsky.feed.post"))  # fmt: skip
    assert sum(n for (_, _, operation, _), n in firsts.items() if operation == "c") == posts


def test_the_first_language_is_the_one_that_a_post_says_first(rig: Rig) -> None:
    rig.hand(post(ALICE, 1, langs=["pt-BR", "en"]), post(BOB, 2, langs=["en", "pt"], surprise=1), post(BOB, 3), at=3)
    rig.hand(delete("post", key(1), ALICE, 4), at=4)
    assert {key[2:]: n for key, n in ticked(rig).items() if key[1] == "first language"} == {
        ("c", "pt"): 1, ("c", "en"): 1, ("c", "und"): 1, ("d", "pt"): 1
    }  # fmt: skip


def test_what_the_database_refuses_is_in_no_tick(rig: Rig) -> None:
    rig.owner.execute(REFUSE.encode())
    rig.owner.execute("insert into poison values (%s)", (rig.worker._names.rkey(key(1)),))
    rig.hand(post(ALICE, 1, langs=["en"]), post(BOB, 2, langs=["ja"]), at=2)
    assert {key[1:]: n for key, n in ticked(rig).items()} == {
        ("collection", "c", "app.bsky.feed.post"): 1, ("language", "c", "ja"): 1, ("first language", "c", "ja"): 1
    }  # fmt: skip
