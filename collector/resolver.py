"""The resolver process: asks an AppView, slowly, what the accounts on boards call themselves and what posts there say.

It owns who is asked about and when, and whose turn it is. It counts nothing, and nothing that is counted waits for it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from collector.appview import ACTORS_MAX, AppView, AppViewTrouble, Said
from collector.naming import insert_names, lock_names
from collector.settings import ResolverSettings
from collector.texts import Texts
from sql import statement
from sql.ids import Ids
from sql.session import away, connect

_log = logging.getLogger(__name__)
_IDLE_S = 10.0
_BEHIND_MAX = timedelta(minutes=2)
"""Of the watermark: where more is to be caught up with, nobody knows how many posts are from before."""
_DUE_MAX = 500  # accounts found at once: looking through all boards costs more than a question


@dataclass
class _Turn:
    """Names or texts: who asks, when it last did, and how long it is left alone since it had nothing to ask."""

    ask: Callable[[], int]
    asked_at: float = 0.0
    rests_until: float = 0.0


class Resolver:
    """Asks about those who are due, on one session."""

    def __init__(self, connection: psycopg.Connection, appview: AppView, settings: ResolverSettings) -> None:
        self._connection, self._appview = connection, appview
        self._age = timedelta(seconds=settings.profile_age_s_max)
        self._posts_before = settings.posts_before
        self._due: deque[tuple[str, int, int | None]] = deque()
        texts = Texts(connection, appview, settings)
        self._turns = [_Turn(self._ask_for_names)] if settings.appview else []
        self._turns.append(_Turn(texts.ask if settings.appview and settings.post_texts else texts.forget_all))

    def ask(self) -> int:
        """One question and its answer; about how many accounts or posts. Raises AppViewTrouble.

        Names and texts take turns, in trouble too. Who has just had nothing to ask comes last: finding that out costs
        more than a question.
        """
        now = time.monotonic()
        for turn in sorted(self._turns, key=lambda turn: (turn.rests_until > now, turn.asked_at)):
            turn.asked_at = now
            if asked := turn.ask():
                return asked
            turn.rests_until = now + _IDLE_S
        return 0

    def _ask_for_names(self) -> int:
        return self._ask_for_handles() or self._ask_about_accounts()

    def _ask_for_handles(self) -> int:
        """About whom readers asked for by handles that nobody here knows."""
        rows = self._connection.execute(statement("resolve/asked_handles"), {"handles": ACTORS_MAX}).fetchall()
        handles = [handle for (handle,) in rows]
        if handles:
            # first: one that the AppView does not take must not be asked about for ever
            self._connection.execute("delete from cache.asked_handle where handle = any (%s)", (handles,))
            said = self._appview.profiles(handles)
            if said:
                self._note(self._known([each.did for each in said]), said)
        return len(handles)

    def _known(self, dids: list[str]) -> dict[str, tuple[int, int | None]]:
        """The ids of accounts, which may never have been heard of before, and the identity events they have had."""
        row = self._connection.execute("select salt from network").fetchone()
        assert row is not None
        ids = Ids(row[0])
        named = {ids.account(did): did for did in dids}
        with self._connection.transaction():
            lock_names(self._connection)
            insert_names(self._connection, "account", "did", named)
        rows = self._connection.execute("select did, id, handle_seq from account where id = any (%s)", (list(named),))
        return {did: (id, seq) for did, id, seq in rows}

    def _ask_about_accounts(self) -> int:
        if not self._due:
            given = {"age": self._age, "accounts": _DUE_MAX}
            rows = self._connection.execute(statement("resolve/due"), given)
            self._due.extend((did, id, seq) for id, did, seq in rows)
        next_ones = [self._due.popleft() for _ in range(min(ACTORS_MAX, len(self._due)))]
        due = {did: (id, seq) for did, id, seq in next_ones}
        if due:
            said = self._appview.profiles(list(due))
            self._note(due, said)
        return len(due)

    def _note(self, due: dict[str, tuple[int, int | None]], said: list[Said]) -> None:
        unknown = due.keys() - {each.did for each in said}
        given = {
            "ids": [due[each.did][0] for each in said],
            "seqs": [due[each.did][1] for each in said],
            "handles": [each.handle for each in said],
            "display_names": [each.display_name for each in said],
            "avatars": [each.avatar for each in said],
            "followers": [each.followers for each in said],
            "unlisted": [each.unlisted for each in said],
            "posts": [each.posts if self._posts_before else None for each in said],
            "behind_max": _BEHIND_MAX,
        }
        with self._connection.transaction():
            self._connection.execute(statement("resolve/note"), given)
            self._connection.execute(statement("resolve/note_unknown"), {"ids": [due[did][0] for did in unknown]})


def run(settings: ResolverSettings, conninfo: str, user_agent: str, stopping: threading.Event) -> None:
    """Ask until told to stop. What goes wrong is said once, until something else does."""
    trouble = _Trouble()
    with contextlib.closing(AppView(settings.appview, user_agent)) as appview:
        while not stopping.is_set():
            try:
                with connect(conninfo, "skytally_resolver", "resolver") as connection:
                    resolver = Resolver(connection, appview, settings)
                    while not stopping.is_set():
                        stopping.wait(_ask(resolver, settings, trouble))
            except psycopg.OperationalError as error:
                trouble.met(away(error))
                stopping.wait(_IDLE_S)


def _ask(resolver: Resolver, settings: ResolverSettings, trouble: _Trouble) -> float:
    """One question; how long to wait before the next, in seconds."""
    try:
        asked = resolver.ask()
    except AppViewTrouble as met:
        trouble.met(str(met))
        return met.retry_s
    trouble.over()
    return settings.appview_interval_s if asked else _IDLE_S


class _Trouble:
    """What goes wrong: said once, until something else does or two questions have gone well, for both take turns."""

    def __init__(self) -> None:
        self._said, self._well = "", 0

    def met(self, what: str) -> None:
        self._well = 0
        if what != self._said:
            self._said = what
            _log.warning("names and texts have to wait: %s; trying again", what)

    def over(self) -> None:
        self._well += 1
        if self._well == 2:
            self._said = ""
