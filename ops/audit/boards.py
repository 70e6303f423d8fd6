"""The boards, once more from the recount: every list in full, with what each row gained and lost.

It owns which numbers make which list, over which minutes, in which order, and who is not shown. It does not know how
the collector finds them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ops.audit.content import POST
from ops.audit.experience import Rules, earned_between
from ops.audit.frames import MINUTE_US, Event
from ops.audit.recount import Recount
from ops.audit.report import Report, moment
from ops.audit.syntax import Rkey, tid_text

HOUR_US = 60 * MINUTE_US
# how long each window is, and the step it moves by
WINDOWS_US = {
    "1h": (HOUR_US, MINUTE_US), "1d": (24 * HOUR_US, MINUTE_US),
    "7d": (168 * HOUR_US, HOUR_US), "30d": (720 * HOUR_US, HOUR_US), "all": (1 << 53, HOUR_US),
}  # fmt: skip
OF_ACCOUNTS = (
    "posts", "followers", "likes_received", "reposts_received", "replies_received", "quotes_received",
    "mentions_received",
)  # fmt: skip
ARTICLE = Rules("article", {
    "post": 50, "post_with_media": 60, "post_with_alt": 70, "like": 10,
    "repost_of_text": 50, "repost_of_media": 60, "repost_of_alt": 70, "repost_of_unknown": 50,
}, False)  # fmt: skip
"""What lists of experience go by."""
EARNED = ("experience", "level")
ENGAGING = ("likes_received", "reposts_received", "replies_received", "quotes_received")
KINDS = {"hashtag": "hashtags", "link": "links", "domain": "domains", "emoji": "emoji", "language": "languages"}
DEPTH = 1_000
"""A list is at least so long, or it has all there are."""

Board = tuple[str, str]  # kind and metric
Line = tuple[str, int, int]  # DID, URI or key; gained, lost


class Kept(NamedTuple):
    """A board as the database has it."""

    kind: str
    metric: str
    window: str
    as_of_us: int
    lines: list[Line]


@dataclass(slots=True)
class Counted:
    """What every key of every board gained and lost in one window."""

    gained: dict[Board, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lost: dict[Board, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def compare(
    total: Recount, events: Iterable[Event], unseen: Collection[str], kept: Iterable[Kept], report: Report
) -> None:
    """Every kept board is the list that the recount makes; `unseen` accounts are not on any."""
    gone = deleted_posts(events)
    hidden = {*unseen, *(did for did, status in total.statuses.items() if not status.active)}
    counted: dict[tuple[str, int], Counted] = {}
    count = 0
    for board in kept:
        if board.metric in EARNED and total.unsure:
            continue
        at = board.window, board.as_of_us
        if at not in counted:
            counted[at] = count_window(total, *at)
        must = _listed(counted[at], (board.kind, board.metric), hidden, gone)
        _compare_lines(board, must, report)
        count += 1
    if count:
        report.compared["boards"] = count


def deleted_posts(events: Iterable[Event]) -> set[tuple[str, Rkey | None]]:
    """The posts whose latest revision is a delete."""
    latest: dict[tuple[str, Rkey | None], tuple[int, str]] = {}
    for event in events:
        did, rev, collection, rkey = event.key
        if collection == POST and event.operation in ("c", "d"):
            latest[did, rkey] = max(latest.get((did, rkey), (rev, event.operation)), (rev, event.operation))
    return {post for post, (_, operation) in latest.items() if operation == "d"}


def count_window(total: Recount, window: str, as_of_us: int) -> Counted:
    """The sums of a window: from its first minute to that of the watermark."""
    length, step = WINDOWS_US[window]
    first, last = as_of_us - as_of_us % step + step - length, as_of_us
    found = Counted()
    for into, accounts, posts, terms in (
        (found.gained, total.accounts.gained, total.posts.gained, total.terms.gained),
        (found.lost, total.accounts.lost, total.posts.lost, total.terms.lost),
    ):
        for (minute, account, metric), n in accounts.items():
            if first <= minute <= last:  # type: ignore[operator]
                _add(into, "accounts", str(metric), str(account), n)
        for (minute, account, rkey, metric), n in posts.items():
            if first <= minute <= last:  # type: ignore[operator]
                _add(into, "posts", str(metric), f"at://{account}/{POST}/{tid_text(rkey)}", n)
        for (minute, dimension, key), n in terms.items():
            if first <= minute <= last:  # type: ignore[operator]
                into[KINDS[str(dimension)], "posts"][str(key)] += n
    for account, points in earned_between(total, ARTICLE, first, last).items():
        for metric in EARNED:
            found.gained["accounts", metric][account] = points
    authors = {key[1:] for key in total.authors if first <= key[0] <= last}  # type: ignore[operator]
    for dimension, key, _ in authors:
        found.gained[KINDS[str(dimension)], "authors"][str(key)] += 1
    return found


def _add(into: dict[Board, Counter[str]], kind: str, metric: str, key: str, n: int) -> None:
    if kind == "posts":
        into[kind, metric.removesuffix("_received")][key] += n
    elif metric in OF_ACCOUNTS:
        into[kind, metric][key] += n
    if metric in ENGAGING:
        into[kind, "engagement"][key] += n


def _listed(
    counted: Counted, board: Board, hidden: Collection[str], gone: Collection[tuple[str, Rkey | None]]
) -> list[Line]:
    """The whole list: the higher value first, of equal ones the lower key by its bytes."""
    gained, lost = counted.gained[board], counted.lost[board]
    away = {f"at://{did}/{POST}/{tid_text(rkey)}" for did, rkey in gone} if board[0] == "posts" else set()
    lines = [
        (key, n, lost[key]) for key, n in gained.items()
        if n > lost[key] and key not in away and not (board[0] in ("accounts", "posts") and _account(key) in hidden)
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line[2] - line[1], line[0].encode()))


def _account(key: str) -> str:
    return key.split("/")[2] if key.startswith("at://") else key


def _compare_lines(board: Kept, must: list[Line], report: Report) -> None:
    name = (board.kind, board.metric, board.window, moment(board.as_of_us))
    length = len(board.lines)
    if length < min(DEPTH, len(must)):
        report.differs("board", name, f"{len(must)} rows", f"{length}")
    for rank, (expected, found) in enumerate(zip(must, board.lines, strict=False), 1):
        if expected != found:
            report.differs("board", (*name, rank), "{} +{} -{}".format(*expected), "{} +{} -{}".format(*found))
    for rank, found in enumerate(board.lines[len(must) :], len(must) + 1):
        report.differs("board", (*name, rank), "no such row", "{} +{} -{}".format(*found))
