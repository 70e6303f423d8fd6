"""What can be asked: the parameters of every resource as types, which check them, name them, and describe them.

A request is one of these structs. It owns its canonical form; it knows neither URLs nor what is answered. What need not
be said is UNSET: `null` is a text like any other here.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from sql.metrics import BOARDS_OF_ACCOUNTS, OF_ACCOUNT, OF_POST
from sql.spelling import DID, DID_CHARACTERS_MAX
from web.spans import written

_END = r"$(?!\n)"
"""Where a text ends, and not before a last line break."""
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HANDLE = rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
_PRINTABLE = rf"^[^\x00-\x1f\x7f-\x9f\ufffd]*{_END}"

Window = Literal["1h", "1d", "7d", "30d"]
LongWindow = Literal["1h", "1d", "7d", "30d", "90d", "all"]
ACCOUNT_BOARDS = (*BOARDS_OF_ACCOUNTS, "experience", "level")
if TYPE_CHECKING:
    AccountBoard: TypeAlias = str
    AccountMetric: TypeAlias = str
    PostMetric: TypeAlias = str
else:  # whoever asks is told which there are, and they are defined elsewhere
    AccountBoard = Literal[ACCOUNT_BOARDS]
    AccountMetric = Literal[tuple(OF_ACCOUNT)]
    PostMetric = Literal[tuple(OF_POST)]
Kind = Literal["hashtags", "links", "domains", "emoji", "languages"]
By = Literal["posts", "authors"]
Count = Literal["records", "actors"]
Format = Annotated[Literal["json", "csv"], Meta(description="csv: a header row, and as_of and coverage in headers.")]
Actor = Annotated[
    str,
    Meta(
        pattern=f"^@?(?:{DID}|{_HANDLE}){_END}", max_length=DID_CHARACTERS_MAX,
        description="A DID, or a handle with or without @, in any case.",
    ),
]  # fmt: skip
EventType = Literal["post", "reply", "like", "repost", "follow", "profile", "identity", "account", "other"]
Interaction = Literal["likes", "reposts", "replies", "quotes"]
Cursor = Annotated[
    str,
    Meta(
        pattern=rf"^[0-9]{{1,17}}\.[0-9]{{1,19}}\.-?[0-9]{{1,19}}(?:\.[0-9]{{1,9}})?{_END}",
        description="The cursor of the page before.",
    ),
]
Actors = Annotated[
    str,
    Meta(
        pattern=f"^@?(?:{DID}|{_HANDLE})(?:,@?(?:{DID}|{_HANDLE})){{0,4}}{_END}", max_length=DID_CHARACTERS_MAX,
        description="One to five DIDs or handles, with commas between them.",
    ),
]  # fmt: skip
Zone = Annotated[
    str, Meta(pattern=rf"^[A-Za-z][A-Za-z0-9_+/-]{{0,63}}{_END}", description="A time zone of the IANA database.")
]  # fmt: skip
Rkey = Annotated[
    str, Meta(pattern=rf"^[A-Za-z0-9._:~-]{{1,512}}{_END}", description="The record key of a post.")
]  # fmt: skip
Key = Annotated[
    str, Meta(pattern=_PRINTABLE, min_length=1, max_length=2048, description="The hashtag, link, domain, ... itself.")
]  # fmt: skip
Text = Annotated[str, Meta(pattern=_PRINTABLE, min_length=1, max_length=200, description="Text to be found in names.")]
Language = Annotated[
    str,
    Meta(
        pattern=rf"^[a-z]{{2,8}}{_END}",
        description="A primary subtag as in `languages`, or und. Of posts: of the list only those in it, for "
        "as long as they are in the event log. Of hashtags and the like: those of all posts in it, of 1h, 1d or 7d.",
    ),
]  # fmt: skip
LiveBy = Literal["language", "collection", "operation", "hashtag", "domain"]
Operation = Literal["create", "update", "delete", "event"]
Limit = Annotated[int, Meta(ge=1, le=1000, description="Rows at most.")]
Offset = Annotated[int, Meta(ge=0, le=100_000, description="Rows to leave out at the beginning.")]
RulesetName = Annotated[
    str,
    Meta(pattern=rf"^[a-z][a-z0-9_-]{{0,30}}{_END}", description="article, code, or one of the operator's own."),
]  # fmt: skip
Bucket = Annotated[
    int,
    Meta(
        ge=60, le=31_622_400, multiple_of=60,
        description="Seconds of a point, counted from a Monday, UTC. 3600, 86400 and 604800 reach far back.",
    ),
]  # fmt: skip
Time = Annotated[datetime, Meta(tz=True, description="A time with its zone, as of RFC 3339.")]
AsOf = Annotated[
    datetime,
    Meta(tz=True, description="The as_of of a first page, to page on; or a full hour, for a board as it was."),
]


is_handle = re.compile(_HANDLE).fullmatch
"""Whether a text may be a handle."""


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of one resource. Fields of its path come first, without a default."""

    @property
    def canonical(self) -> tuple[tuple[str, str], ...]:
        """Names and values of what is not as it is by default: equal for whatever asks the same."""
        return tuple(
            (field.encode_name, _written(value))
            for field in structs.fields(self)
            if (value := getattr(self, field.name)) != field.default
        )


def _written(value: Any) -> str:
    return written(value) if isinstance(value, datetime) else str(value)


class Nothing(Ask, frozen=True):
    """A resource without parameters."""


class Page(Ask, frozen=True, kw_only=True):
    """A page of a board."""

    window: Window = "1h"
    limit: Limit = 100
    offset: Offset = 0
    as_of: AsOf | UnsetType = UNSET
    format: Format = "json"


class TopAccounts(Page, frozen=True, kw_only=True):
    """GET /api/v1/top/accounts."""

    metric: Annotated[
        AccountBoard, Meta(description="experience: what was earned in the window; level: ever, in whatever window.")
    ] = "likes_received"
    count: Count = "records"
    q: Text | UnsetType = UNSET


class TopPosts(Page, frozen=True, kw_only=True):
    """GET /api/v1/top/posts."""

    metric: PostMetric = "engagement"
    count: Count = "records"
    lang: Language | UnsetType = UNSET


class TopTerms(Page, frozen=True, kw_only=True):
    """GET /api/v1/top/hashtags and its like."""

    by: By = "posts"
    lang: Language | UnsetType = UNSET


class Series(Ask, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Points of a time; without `from`, as many as a chart shows."""

    bucket: Bucket = 3600
    from_: Time | UnsetType = UNSET
    to: Time | UnsetType = UNSET
    format: Format = "json"


class TermSeries(Series, frozen=True, kw_only=True):
    """GET /api/v1/top/hashtags/{key}/series and its like."""

    key: Key
    by: By = "posts"


class OneAccount(Ask, frozen=True, kw_only=True):
    """GET /api/v1/accounts/{actor}."""

    actor: Actor


class AccountLevel(Ask, frozen=True, kw_only=True):
    """GET /api/v1/accounts/{actor}/level."""

    actor: Actor
    ruleset: RulesetName = "article"


class AccountSeries(Series, frozen=True, kw_only=True):
    """GET /api/v1/accounts/{actor}/series."""

    actor: Actor
    metric: AccountMetric = "likes_received"


class AccountPosts(Ask, frozen=True, kw_only=True):
    """GET /api/v1/accounts/{actor}/top-posts."""

    actor: Actor
    metric: PostMetric = "engagement"
    window: LongWindow = "7d"
    limit: Limit = 100
    format: Format = "json"


class AccountEvents(Ask, frozen=True, kw_only=True):
    """GET /api/v1/accounts/{actor}/events."""

    actor: Actor
    type: EventType | UnsetType = UNSET
    limit: Limit = 100
    cursor: Cursor | UnsetType = UNSET
    format: Format = "json"


class Interactions(Ask, frozen=True, kw_only=True, rename={"from_": "from"}):
    """GET /api/v1/posts/{actor}/{rkey}/interactions."""

    actor: Actor
    rkey: Rkey
    metric: Interaction = "likes"
    sort: Literal["asc", "desc"] = "desc"
    from_: Time | UnsetType = UNSET
    to: Time | UnsetType = UNSET
    limit: Limit = 100
    cursor: Cursor | UnsetType = UNSET
    format: Format = "json"


class Heatmap(Ask, frozen=True, kw_only=True):
    """GET /api/v1/accounts/{actor}/heatmap."""

    actor: Actor
    metric: AccountMetric = "posts"
    window: Window = "30d"
    tz: Zone = "UTC"


class OnePost(Ask, frozen=True, kw_only=True):
    """GET /api/v1/posts/{actor}/{rkey}."""

    actor: Actor
    rkey: Rkey


class PostSeries(Series, frozen=True, kw_only=True):
    """GET /api/v1/posts/{actor}/{rkey}/series."""

    actor: Actor
    rkey: Rkey
    metric: PostMetric = "likes"


class NetworkSeries(Series, frozen=True, kw_only=True):
    """GET /api/v1/network/series."""

    metric: AccountMetric = "likes"


class OfWindow(Ask, frozen=True, kw_only=True):
    """GET /api/v1/network/totals and /active."""

    window: Window = "1d"


class Compare(Series, frozen=True, kw_only=True):
    """GET /api/v1/compare."""

    actors: Actors
    metric: AccountMetric = "likes_received"


class Live(Ask, frozen=True, kw_only=True):
    """GET /api/v1/live."""

    by: LiveBy = "language"
    since: Annotated[
        datetime,
        Meta(
            tz=True,
            description="The first message has the counts from then on; by hashtag and domain an hour back at most.",
        ),
    ] | UnsetType = UNSET
    operation: Annotated[
        Operation,
        Meta(description="create unless given; not by operation. Of languages, hashtags and domains create or delete."),
    ] | UnsetType = UNSET
    languages: Annotated[
        Literal["all", "first"], Meta(description="Every language of a post, or the first one; not with since.")
    ] = "all"


class Search(Ask, frozen=True, kw_only=True):
    """GET /api/v1/search."""

    q: Text
    limit: Limit = 100
    format: Format = "json"
