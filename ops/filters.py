"""Filters: which events somebody wants to see, as words of a command. It asks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ops import exits
from ops.problem import Problem
from sql.operations import LETTERS
from web.database import literally

_NAMES = ("collection", "language", "actor")


class Filter(NamedTuple):
    """Events of any of these, of each kind that is given."""

    of: Mapping[str, tuple[str, ...]]
    operation: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The parameters of sql/metrics/new_events.sql."""
        return {
            "collections": [_pattern(name) for name in self.of.get("collection", ())] or None,
            "languages": [name.lower().partition("-")[0] for name in self.of.get("language", ())] or None,
            "actors": [_actor(name) for name in self.of.get("actor", ())] or None,
            "operation": LETTERS[self.operation] if self.operation else None,
        }


def filter_of(words: Iterable[str], operation: str | None) -> Filter:
    """`collection=app.bsky.feed.*`, `language=ja`, `actor=someone.example`. Raises Problem for anything else."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in _NAMES or not value:
            raise Problem(f"--filter {word}; allowed: {', '.join(f'{each}=X' for each in _NAMES)}", exits.USAGE)
        found[name] = (*found.get(name, ()), value)
    return Filter(found, operation)


def _pattern(collection: str) -> str:
    """As LIKE has it: only an asterisk at the end is one."""
    return literally(collection[:-1]) + "%" if collection.endswith("*") else literally(collection)


def _actor(name: str) -> str:
    return name if name.startswith("did:") else name.lstrip("@").lower()
