"""Mutants of what feeds take and let go of."""

from __future__ import annotations

from tests.mutants.mutant import Check, Mutant


def _feeds(words: str, module: str = "taking") -> Check:
    return (f"tests/collector/feeds/test_{module}.py", "-k", words)


MUTANTS = [
    Mutant(
        "a feed takes what is deleted already", "sql/feed/take.sql",
        "and deleted_post.rev > latest.rev", "and deleted_post.rev > latest.rev and false",
        (_feeds("deleted"),),
    ),
    Mutant(
        "a deleted post stays in its feeds", "sql/feed/withdraw.sql",
        "and entry.feed <> all (given.kept)", "and entry.feed = any (given.kept)",
        (_feeds("deleted"), _feeds("changed")),
    ),
    Mutant(
        "a changed post stays in its feeds", "collector/feeds/taking.py",
        "and item.row.operation in (UPDATE, DELETE)", "and item.row.operation in (DELETE,)",
        (_feeds("changed"),),
    ),
    Mutant(
        "a refused post is in a feed", "collector/writer.py",
        "feeds.give_up({key_of(item.row) for item in bad})", "feeds.give_up(set())",
        (_feeds("refuses"),),
    ),
    Mutant(
        "workers never hear of new feeds", "collector/worker.py",
        'if vitals.get("feeds_changed") != self._feeds_of:', "if False:",
        (_feeds("rules_hold"),),
    ),
    Mutant(
        "what labels keep out is taken", "collector/feeds/matcher.py",
        "        if said.labels:\n", "        if False:\n",
        (_feeds("filters", "matcher"),),
    ),
]  # fmt: skip
