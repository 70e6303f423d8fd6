"""What is answered: the body of every resource as a type, from which JSON, CSV and the specification are made.

It owns names and shapes of what readers get. It computes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

Totals = Annotated[dict[str, "Amounts"], Meta(description="By metric.")]
Text = Annotated[
    str | None, Meta(description="What it says: of a post on top of a board that nobody has labelled; else null.")
]


class Gap(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """An interval that upstream did not deliver."""

    from_: datetime
    to: datetime
    source: str
    reason: str


class Answer(Struct, frozen=True, kw_only=True):
    """What every answer with numbers carries."""

    as_of: Annotated[datetime | None, Meta(description="Everything delivered up to here is counted.")]
    lag_seconds: Annotated[float | None, Meta(description="Between as_of and when this was made.")]
    coverage: Annotated[float, Meta(ge=0, le=1, description="The share of the asked time that no gap cuts.")]
    gaps: list[Gap]


class Amounts(Struct, frozen=True):
    """What came, what went, and the difference."""

    gained: int
    lost: int
    net: int


class Listed(Answer, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A page of a list over a window."""

    metric: str
    window: str
    from_: datetime
    to: datetime
    complete_since: Annotated[
        datetime | None, Meta(description="When counting began, while that is within the window; else null.")
    ]
    total: Annotated[int, Meta(description="Rows of the whole list.")]
    rows: list[Any]


class AccountRow(Struct, frozen=True, kw_only=True):
    """An account on a board."""

    rank: int
    previous_rank: int | None
    did: str
    handle: str | None
    display_name: str | None
    avatar: str | None
    value: int
    gained: int
    lost: int
    previous_value: int | None


class AccountBoardPage(Listed, frozen=True, kw_only=True):
    """A page of a board of accounts."""

    rows: list[AccountRow]


class PostRow(Struct, frozen=True, kw_only=True):
    """A post on a board."""

    rank: int
    previous_rank: int | None
    uri: str
    did: str
    handle: str | None
    rkey: str
    value: int
    gained: int
    lost: int
    likes: int
    reposts: int
    replies: int
    quotes: int
    created_at: Annotated[datetime | None, Meta(description="The time its record key says, if it says one.")]
    text: Text


class PostBoardPage(Listed, frozen=True, kw_only=True):
    """A page of a board of posts."""

    rows: list[PostRow]


class TermRow(Struct, frozen=True, kw_only=True):
    """A hashtag, link, domain, emoji or language on a board."""

    rank: int
    previous_rank: int | None
    key: str
    value: int
    posts: int
    authors: int


class TermBoardPage(Listed, frozen=True, kw_only=True):
    """A page of a board of terms."""

    rows: list[TermRow]


class Point(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bucket of a series."""

    time: datetime
    gained: int
    lost: int
    net: int
    partial: Annotated[bool, Meta(description="Whether more of it is to come; left out where not.")] = False


class SeriesAnswer(Answer, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A series: a point for every bucket, zeros included."""

    metric: str
    bucket: int
    from_: datetime
    to: datetime
    points: list[Point]


class AccountSeriesAnswer(SeriesAnswer, frozen=True, kw_only=True):
    """A series of an account."""

    did: str


class PostSeriesAnswer(SeriesAnswer, frozen=True, kw_only=True):
    """A series of a post."""

    did: str
    uri: str


class Total(Struct, frozen=True):
    """A stock, and as of when."""

    value: int
    at: datetime


class BestRank(Struct, frozen=True):
    """The best an account ever was, and when first."""

    rank: int
    at: datetime


_Version = Annotated[int, Meta(description="Of the ruleset: one more with every change.")]
_Next = Annotated[
    int, Meta(description="The experience at which the next level begins, not what is missing; 0: there is none.")
]
_Remaining = Annotated[int, Meta(description="What is missing to the next level.")]
_Progress = Annotated[int, Meta(ge=0, le=100)]
_Gained = Annotated[int, Meta(description="By the last event.")]


class Level(Struct, frozen=True, kw_only=True):
    """Where an account stands by a ruleset."""

    ruleset: str
    version: _Version
    level: int
    experience: int
    experience_to_next_level: _Next
    remaining: _Remaining
    progress_percentage: _Progress
    levels_gained: _Gained


class LevelAnswer(Answer, frozen=True, kw_only=True):
    """The same, with the account."""

    did: str
    ruleset: str
    version: _Version
    level: int
    experience: int
    experience_to_next_level: _Next
    remaining: _Remaining
    progress_percentage: _Progress
    levels_gained: _Gained


class Account(Answer, frozen=True, kw_only=True):
    """An account."""

    did: str
    handle: str | None
    display_name: str | None
    avatar: str | None
    status: str
    first_seen: Annotated[datetime | None, Meta(description="When it first did something: its day, hour or minute.")]
    last_seen: datetime | None
    followers_count: Total | None
    totals: Annotated[dict[str, Totals], Meta(description="By window, then by metric.")]
    ranks: Annotated[dict[str, dict[str, int | None]], Meta(description="By window, then by metric.")]
    best_ranks: Annotated[dict[str, dict[str, BestRank]], Meta(description="By window, then by metric.")]
    level: Annotated[Level, Meta(description="By the ruleset article.")]


class HeatmapAnswer(Answer, frozen=True, kw_only=True, rename={"from_": "from"}):
    """How much was gained by weekday and hour."""

    did: str
    metric: str
    window: str
    tz: str
    from_: datetime
    to: datetime
    counts: Annotated[list[list[int]], Meta(description="7 days from Monday, each of 24 hours.")]


class Post(Answer, frozen=True, kw_only=True):
    """A post."""

    uri: str
    did: str
    handle: str | None
    rkey: str
    created_at: datetime | None
    text: Text
    totals: Annotated[dict[str, Totals], Meta(description="By window, then by metric.")]


class NetworkTotals(Answer, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What the whole network did in a window."""

    window: str
    from_: datetime
    to: datetime
    totals: Totals
    events: Annotated[
        dict[str, dict[str, int]],
        Meta(description="Events by collection, then create, update, delete or event, of the collections with most."),
    ]


class Active(Answer, frozen=True, kw_only=True, rename={"from_": "from"}):
    """How many different accounts made a post, reply, like, repost or follow in a window."""

    window: str
    from_: datetime
    to: datetime
    accounts: int
    standard_error: Annotated[float, Meta(description="Of the estimate, as a share of it.")]


class Compared(Struct, frozen=True, kw_only=True):
    """One account's series among several."""

    did: str
    handle: str | None
    points: list[Point]


class ComparedPoint(Struct, frozen=True, kw_only=True):
    """A bucket of one account's series among several, as a row."""

    did: str
    handle: str | None
    time: datetime
    gained: int
    lost: int
    net: int
    partial: bool


class CompareAnswer(Answer, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Several series."""

    metric: str
    bucket: int
    from_: datetime
    to: datetime
    series: list[Compared]


class SearchRow(Struct, frozen=True, kw_only=True):
    """An account whose name begins like what was asked."""

    did: str
    handle: str | None
    display_name: str | None
    avatar: str | None
    followers_count: Total | None


class SearchedRow(Struct, frozen=True, kw_only=True):
    """The same in one line."""

    did: str
    handle: str | None
    display_name: str | None
    avatar: str | None
    followers_count: int | None
    followers_count_at: datetime | None


class Searched(Answer, frozen=True, kw_only=True):
    """What a search found. A pasted address of a post names that post."""

    accounts: list[SearchRow]
    post: str | None


class Status(Answer, frozen=True, kw_only=True):
    """How the collector is."""

    watermark: datetime | None
    source: str | None
    network: str
    state: str
    detail: str
    events_total: int
    events_per_second: float
    duplicates_total: int
    quarantined_total: int
    quarantined: Annotated[dict[str, int], Meta(description="By reason.")]
    uptime_seconds: float
    selfcheck_at: datetime | None
    selfcheck_differences: Annotated[int | None, Meta(description="What did not add up then; null: never looked.")]
