"""What is answered out of the event log: what an account did, and who did something to a post. It computes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from web.answers import Answer


class Event(Struct, frozen=True, kw_only=True):
    """Something an account did."""

    time: datetime
    type: str
    operation: str
    collection: str
    rkey: str | None
    subject: Annotated[str | None, Meta(description="The post or the account it is about, where that is shown.")]
    experience: Annotated[int, Meta(description="What it earned, by the ruleset article.")]
    level: Annotated[int, Meta(description="The account's, with it.")]


class Events(Answer, frozen=True, kw_only=True):
    """What an account did, newest first, as far back as the event log is kept."""

    did: str
    logged_from: Annotated[datetime, Meta(description="Where the event log begins, and so the list ends.")]
    events: list[Event]
    cursor: str | None


class Interactor(Struct, frozen=True, kw_only=True):
    """Somebody who did something to a post."""

    time: datetime
    did: str
    handle: str | None
    display_name: str | None
    rkey: str


class InteractionsAnswer(Answer, frozen=True, kw_only=True):
    """Who did something to a post and has not taken it back, as far back as the event log is kept."""

    did: str
    uri: str
    metric: str
    interactions: list[Interactor]
    cursor: str | None
