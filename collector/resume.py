"""Where a run begins: what it asks its host for, and what of that it must recognise.

On the host of the run before that is the checkpoint. On another one, and for as long as it is not proven that the two
join, it is the frontier less minutes: the same frontier through any number of runs that are cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

from collector.batch import Position
from collector.checkpoint import Asked, LaneState, Rewind, complete_position, resume_position, unix_us
from collector.cursors import OLDEST_CURSOR
from collector.overlap import Overlap
from collector.proof import DEEPER, Tried


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run begins."""

    begin: Position
    complete_to: Position | None
    """Everything up to here is durable, in this host's cursors; None where that is not known."""
    asked: Asked | None = None
    """What is to be recognised of it; None where nothing has to be."""


def plan_of(lanes: list[LaneState], host: str, last: Tried | None, rewind: Rewind, first: Position) -> Plan:
    """The plan of the next run, on `host`. `last`: the last question whether two hosts join; `first`: where to begin
    when nothing was ever counted."""
    tried = last if last is not None and last.open else None
    if tried is not None and tried.host == host:
        return _again(tried, rewind)
    frontier_us = _frontier_us(lanes, tried)
    if frontier_us is None or (tried is None and all(lane.host == host for lane in lanes)):
        begin = resume_position(lanes, host, rewind) or first
        return Plan(begin, complete_position(lanes, host))
    return _asking(Overlap(0, frontier_us, frontier_us), rewind.other_host_s, 0)


def _frontier_us(lanes: list[LaneState], tried: Tried | None) -> int | None:
    """Up to where everything was delivered by hosts that join; None before the first event of some lane."""
    known = [unix_us(lane.content_time) for lane in lanes if lane.content_time is not None]
    whole = [min(known)] if len(known) == len(lanes) else []
    proven = [unix_us(tried.frontier)] if tried is not None else []
    return min(whole + proven, default=None)


def _again(tried: Tried, rewind: Rewind) -> Plan:
    """The same question to the same host: from farther back, or anew when it was cut off."""
    frontier_us = unix_us(tried.frontier)
    if tried.outcome != DEEPER:
        overlap = Overlap(0, unix_us(tried.ends), frontier_us)
        return _asking(overlap, tried.rewind_s, tried.unknown_before + tried.unknown)
    ends_us = min(frontier_us, unix_us(tried.earliest or tried.frontier))
    return _asking(Overlap(0, ends_us, frontier_us), rewind.deeper(tried.rewind_s), 0)


def _asking(overlap: Overlap, rewind_s: float, unknown_before: int) -> Plan:
    begin_us = max(overlap.frontier_us - int(rewind_s * 1e6), OLDEST_CURSOR)
    asked = Asked(overlap._replace(begins_us=begin_us), rewind_s, unknown_before)
    return Plan(Position(begin_us, begin_us), None, asked)
