"""Mutants of what those who watch are told: ticks, what is new to whom, counts since a time."""

from __future__ import annotations

from tests.mutants.mutant import Check, Mutant, unit

_TICKS = "collector/ticks.py"


def _live(words: str, of: str = "live_resumed") -> Check:
    return (f"tests/web/test_{of}.py", "-k", words)


MUTANTS = [
    Mutant(
        "what is taken back is in no tick", _TICKS, "        if loss.created.terms:\n",
        "        if loss.created.terms and loss.sign < 0:\n", (unit("ticks"),),
    ),
    Mutant(
        "the last term for the first language", _TICKS, "_first = itemgetter(0)", "_first = itemgetter(-1)",
        (unit("ticks"),),
    ),
    Mutant(
        "a tick in the first minute of its batch", _TICKS, "    if len(found) == 1:\n", "    if found:\n",
        (unit("ticks"),),
    ),
    Mutant(
        "what began earlier and commits later is never new", "sql/query/ticks.sql",
        "    and not pg_visible_in_snapshot(xid, %(after)s::pg_snapshot)\n",
        "    and xid >= pg_snapshot_xmax(%(after)s::pg_snapshot)\n", (_live("was_open"),),
    ),
    Mutant(
        "what is folded counts twice since a time", "sql/rollup/note_folded.sql", "pg_current_snapshot()",
        "folded[%(segment)s::int + 1]", (_live("since", "live"),),
    ),
    Mutant(
        "ticks forgotten before they are folded", "sql/rollup/forget_ticks.sql",
        "    and pg_visible_in_snapshot(xid, folded[tick.segment + 1])\n", "", (_live("forgotten"),),
    ),
    Mutant(
        "a transaction that is open for long takes everybody their place", "sql/query/ticks.sql",
        "under_way <= ticks_forgotten and pg_visible_in_snapshot(under_way, pg_current_snapshot())",
        "under_way <= ticks_forgotten", (_live("open_for_long"),),
    ),
    Mutant(
        "what was under way and is forgotten is not missed", "sql/query/ticks.sql",
        "under_way <= ticks_forgotten and", "false and", (_live("is_forgotten_is_missed"),),
    ),
]  # fmt: skip
