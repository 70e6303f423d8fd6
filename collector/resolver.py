"""The resolver process: asks an AppView, slowly, what the accounts on boards call themselves.

It owns who is asked about and when. It counts nothing, and nothing that is counted waits for it.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import psycopg
from psycopg import sql

from collector.appview import ACTORS_MAX, AppView, AppViewTrouble, Said
from collector.settings import ResolverSettings
from sql import statement
from sql.ids import Ids
from sql.session import away, connect

_IDLE_S = 10.0
_DUE_MAX = 500  # accounts found at once: looking through all boards costs more than a question


class Resolver:
    """Asks about those who are due, on one session."""

    def __init__(self, connection: psycopg.Connection, appview: AppView, age_s_max: float) -> None:
        self._connection, self._appview = connection, appview
        self._age = timedelta(seconds=age_s_max)
        self._due: deque[tuple[str, int, int | None]] = deque()

    def ask(self) -> int:
        """One question and its answer; about how many accounts. Raises AppViewTrouble."""
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
        query = sql.SQL(statement("event/insert_names")).format(
            table=sql.Identifier("account"), name=sql.Identifier("did")
        )
        with self._connection.transaction():
            self._connection.execute("select pg_advisory_xact_lock(hashtext('skytally names'))")
            given = {"ids": sorted(named), "names": "\n".join([named[id] for id in sorted(named)])}
            self._connection.execute(query, given)
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
        }
        with self._connection.transaction():
            self._connection.execute(statement("resolve/note"), given)
            self._connection.execute(statement("resolve/note_unknown"), {"ids": [due[did][0] for did in unknown]})


def run(
    settings: ResolverSettings, conninfo: str, user_agent: str, stopping: threading.Event, say: Callable[[str], None]
) -> None:
    """Ask until told to stop. What goes wrong is said once, until something else does."""
    with contextlib.closing(AppView(settings.appview, user_agent)) as appview:
        _ask_until(settings, conninfo, appview, stopping, say)


def _ask_until(
    settings: ResolverSettings, conninfo: str, appview: AppView, stopping: threading.Event, say: Callable[[str], None]
) -> None:
    said = ""
    while not stopping.is_set():
        wait_s = _IDLE_S
        try:
            with connect(conninfo, "skytally_resolver", "resolver") as connection:
                resolver = Resolver(connection, appview, settings.profile_age_s_max)
                while not stopping.is_set():
                    asked = resolver.ask()
                    said = "" if asked else said
                    stopping.wait(settings.appview_interval_s if asked else _IDLE_S)
        except AppViewTrouble as trouble:
            wait_s, now_said = trouble.retry_s, str(trouble)
        except psycopg.OperationalError as error:
            now_said = away(error)
        else:
            return
        if now_said != said:
            said = now_said
            say(f"names are not resolved: {said}; trying again")
        stopping.wait(wait_s)
