"""Actors: who a reader means by a DID or a handle, and whether they may be shown.

It owns the rule that whoever is not shown has no page, and that a handle nobody knows is asked about.
"""

from __future__ import annotations

from typing import Any

from web.asking import is_handle
from web.database import Snapshot
from web.problem import Problem, not_found

RETRY_S = 30
"""By when the resolver has most likely asked."""


def unknown_yet(snapshot: Snapshot, handle: str) -> Problem:
    """What says that nobody here has this handle. It will be looked up, if it can be one."""
    if is_handle(handle):
        snapshot.unknown.add(handle)
    return Problem(
        404, "unknown-yet", f"nobody known here is called {handle}; it will be looked up", retry_after_s=RETRY_S
    )


def canonical(actor: str) -> str:
    """A DID as it is; a handle without @ and in lower case."""
    actor = actor.lstrip("@")
    return actor if actor.startswith("did:") else actor.lower()


async def find(snapshot: Snapshot, actor: str) -> dict[str, Any]:
    """The row of an account. Raises Problem where it is unknown, deleted or not shown."""
    if actor.startswith("did:"):
        rows = await snapshot.rows("query/account", id=snapshot.ids.account(actor), handle=None)
        if not rows or rows[0]["did"] != actor:
            raise not_found(f"no event of {actor} has come by, nor any about it")
    else:
        rows = await snapshot.rows("query/account", id=None, handle=actor)
        if not rows:
            raise unknown_yet(snapshot, actor)
    return _shown(rows[0])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    if row["status"] == "deleted" and not row["active"]:
        raise Problem(410, "gone", "this account was deleted")
    if not row["shown"]:
        raise Problem(404, "not-shown", "this account is not shown, by its own wish, its host's or the operator's")
    return row
