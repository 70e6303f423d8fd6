"""When a host is blind in one collection, and when it is only quiet."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from collector.blind import Blindness
from collector.hosts import Hosts
from collector.settings import CollectorSettings
from collector.switch import Switch

LIKES, POSTS, FOLLOWS = "app.bsky.feed.like", "app.bsky.feed.post", "app.bsky.graph.follow"
USUAL = {LIKES: 60_000.0, POSTS: 30_000.0, FOLLOWS: 200.0}
WINDOW_S = 300.0


def look(rates: Iterable[dict[str, float]], usual: dict[str, float] = USUAL) -> list[str]:
    """What is found missing, with these events a second, ten seconds each."""
    blindness, counts, found = Blindness(WINDOW_S), {LIKES: 0.0, POSTS: 0.0, FOLLOWS: 0.0}, []
    blindness.usual = usual
    for number, rate in enumerate(rates):
        counts = {name: count + 10 * rate.get(name, 0.0) for name, count in counts.items()}
        found.append(blindness.look(counts, 10.0 * number, 0) or "")
    return found


FLOWING = {LIKES: 20.0, POSTS: 10.0, FOLLOWS: 0.1}


def test_a_collection_that_has_all_but_stopped_while_others_flow_is_missing_within_minutes() -> None:
    found = look([FLOWING] * 60 + [FLOWING | {LIKES: 0.2}] * 60)
    assert set(found[:60]) == {""}
    assert LIKES in found[60:100]
    assert set(found) == {"", LIKES}


@pytest.mark.parametrize(
    "rates",
    [
        {LIKES: 0.1, POSTS: 0.05, FOLLOWS: 0.0},  # a quiet network: nothing can be said
        {LIKES: 0.0, POSTS: 0.0, FOLLOWS: 0.0},
        {LIKES: 2000.0, POSTS: 1000.0, FOLLOWS: 10.0},  # a replay
        {LIKES: 4.0, POSTS: 10.0, FOLLOWS: 0.1},  # less than usual, but there
        {LIKES: 20.0, POSTS: 10.0, FOLLOWS: 0.0},  # seldom anyway: four or five should have come
    ],
)
def test_quiet_fast_and_uneven_is_not_blind(rates: dict[str, float]) -> None:
    assert set(look([rates] * 120)) == {""}


def test_without_history_nothing_is_missing() -> None:
    assert set(look([{POSTS: 100.0}] * 120, {})) == {""}


def test_nothing_is_looked_at_before_the_stream_is_anywhere() -> None:
    settings = CollectorSettings(source=("ws://x/subscribe",), network="test")
    database: Any = None  # it would be asked what is usual in 1970
    group: Any = SimpleNamespace(reader_vitals={"time_us": 0})
    assert Switch(settings, Hosts(settings.source)).why(database, group, proving=False) == ""
