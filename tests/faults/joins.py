"""Faults of what two hosts deliver: where one ends and the other begins, what one never sent, what one sends again.

Upstream delivers everything in all of them but one, and there a gap must stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from benchmarks.faults import FaultOptions
from benchmarks.host import as_other_host
from benchmarks.store import Store
from collector.checkpoint import unix_time
from collector.event import LIKE
from sql.session import connect
from tests.faults.hosts import Host
from tests.faults.run import Fault
from tests.faults.stage import SPAN_S, NotFired, Stage
from tests.faults.switches import leave, without_unkeyed, write

Events = list[tuple[int, bytes]]
_CHANGED = "changing to the next source"
_LONG_S = 5.0
_WEEK = timedelta(days=7)
_LIKE = f'"{LIKE}"'.encode()


def frozen(stage: Stage) -> None:
    """The first host sends nothing more, and nothing either when it is asked again."""
    events = events_of(stage)
    end = round(len(events) * stage.random.uniform(0.2, 0.6))
    stage.settings |= {"silence-s-max": "1"}
    change(stage, events[:end], events, _CHANGED)
    stage.end()
    gaps(stage, 0)


def clamped(stage: Stage) -> None:
    """The second host no longer keeps what lies between the two, and does not say so."""
    events = events_of(stage)
    end = round(len(events) * stage.random.uniform(0.2, 0.4))
    begin = round(len(events) * stage.random.uniform(0.6, 0.7))
    stage.settings |= {"rewind-other-host-s-max": "240", "silence-s-max": "1"}
    change(stage, events[:end], events[begin:], _CHANGED)
    stage.must_say("there is a gap from")
    stage.end()
    gaps(stage, 1)


def blind(stage: Stage) -> None:
    """The first host delivers no likes any more, and everything else; the second one has them."""
    events = events_of(stage)
    begin = round(len(events) * stage.random.uniform(0.2, 0.3))
    seen = events[:begin] + [(time_us, line) for time_us, line in events[begin:] if _LIKE not in line]
    stage.settings |= {"blind-s": "0.6"}
    remember(stage, events[0][0])
    change(stage, seen, events, f"no longer delivers {LIKE}; {_CHANGED}", _LONG_S)
    stage.end()
    gaps(stage, 0)
    forget(stage, events[0][0])


def both_blind(stage: Stage) -> None:
    """Neither host delivers likes any more: nothing is left to change to, and that is a gap until the end."""
    events = events_of(stage)
    begin = round(len(events) * stage.random.uniform(0.2, 0.3))
    seen = events[:begin] + [(time_us, line) for time_us, line in events[begin:] if _LIKE not in line]
    stage.settings |= {"blind-s": "0.6"}
    remember(stage, events[0][0])
    change(stage, seen, seen, f"no longer delivers {LIKE}; {_CHANGED}", _LONG_S, _LONG_S)
    stage.must_say(f"no source delivers {LIKE}")
    stage.end()
    gaps(stage, 1, "likes_not_delivered")
    forget(stage, events[0][0])


def replayed(stage: Stage) -> None:
    """The second host sends everything that it has, whatever it is asked for."""
    events = events_of(stage)
    end = round(len(events) * stage.random.uniform(0.4, 0.6))
    stage.settings |= {"silence-s-max": "1", "rewind-other-host-s": "2"}
    second = change(stage, events[:end], events, _CHANGED, replays=True)
    stage.end()
    if not second.server.replayed:
        raise NotFired("nothing was sent again")
    gaps(stage, 0)


def reordered(stage: Stage) -> None:
    """The second host lets the frames of its last second change places when it turns from replay to live."""
    second = leave(stage, FaultOptions(cutover_reorder=True), 0)
    stage.end()
    if not second.fired("cutover_reorder"):
        raise NotFired("nothing changed places")
    gaps(stage, 0)


def back(stage: Stage) -> None:
    """The first host is there again while the second one is well, and is gone back to."""
    stage.settings |= {"first-host-probe-s": "0.1", "first-host-well-s": "0.3"}
    leave(stage)
    stage.reach(stage.random.uniform(0.6, 0.7))
    epoch = stage.watch.now.epoch
    stage.host.start()
    stage.expect("is well again; going back to it")
    stage.must_start_again(epoch)
    stage.end()
    gaps(stage, 0)


def change(
    stage: Stage, first: Events, other: Events, words: str, span_s: float = SPAN_S, other_span_s: float = SPAN_S,
    replays: bool = False,
) -> Host:
    """Two hosts with these events, the second with times of its own, and the change from one to the other. The second
    may send everything whatever it is asked for."""
    one, two = store_of(first), as_other_host(store_of(other), stage.seed + 1)
    stage.recordings = [write(stage, "first-host", one), write(stage, "second-host", two)]
    second = stage.hosts.host(two, other_span_s)
    second.server.replays = replays
    stage.play(store=one, span_s=span_s)
    stage.host.goes_on = False  # its end is not where the run ends
    stage.collect(stage.host.url, second.url)
    stage.expect(words)
    stage.struck()
    return second


def events_of(stage: Stage) -> Events:
    """All that upstream has."""
    return list(without_unkeyed(stage).events())


def store_of(events: Iterable[tuple[int, bytes]]) -> Store:
    store = Store()
    for time_us, line in events:
        store.append(time_us, line)
    return store


def remember(stage: Stage, begin_us: int) -> None:
    """A week before, the network was as it is in the recording."""
    with connect(stage.conninfo, None, "faults") as connection:
        connection.execute(
            "insert into network_hour (hour, collection, operation, events)"
            " select date_trunc('hour', %s::timestamptz), id, 'c', events"
            " from collection join (values (%s, 600000), ('app.bsky.feed.post', 200000),"
            " ('app.bsky.feed.repost', 100000)) as usual (name, events) using (name)",
            (unix_time(begin_us) - _WEEK, LIKE),
        )


def forget(stage: Stage, begin_us: int) -> None:
    """Nothing was recorded of that."""
    with connect(stage.conninfo, None, "faults") as connection:
        connection.execute("delete from network_hour where hour < %s", (unix_time(begin_us) - _WEEK / 2,))


def gaps(stage: Stage, expected: int, reason: str = "overlap_unproven") -> None:
    """What upstream did not deliver stands there, and nothing else."""
    found = stage.one("select count(*) from gap")
    of_reason = stage.one(f"select count(*) from gap where reason = '{reason}'")
    assert found == of_reason == expected, f"{found} gaps, {of_reason} of them {reason}:\n{stage.collector.said()}"


FAULTS = [
    Fault("two hosts: the first freezes", frozen, runs=2),
    Fault("two hosts: what lies between is gone", clamped, runs=2),
    Fault("two hosts: the first is blind in likes", blind, runs=2),
    Fault("two hosts: both are blind in likes", both_blind, runs=2),
    Fault("two hosts: the second sends all again", replayed, runs=2),
    Fault("two hosts: cut-over reordered", reordered, runs=2),
    Fault("two hosts: back to the first", back, runs=3),
]
