"""Who is there: accounts that arrive, leave and come back, and the identity and account events that say so.

This module owns which accounts are silent. It does not know what active accounts do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random

from benchmarks.commit import SEQ, Draft, iso
from benchmarks.mix import ARRIVAL_SHARE, HANDLE_SHARE, STATUSES
from benchmarks.population import Population, did

SILENT_COUNT_MAX = 20_000
AWAY_US_MAX = 900_000_000
RELAY_US = 400_000  # from the relay's own time to the stream time

Later = Callable[[int, Callable[[int], None]], None]


class Presence:
    """Says what becomes of accounts, as drafts appended to `ready`. `silent` are those away now."""

    def __init__(self, random: Random, population: Population, ready: deque[Draft], later: Later) -> None:
        self.silent: dict[int, None] = {}
        self._random = random
        self._population = population
        self._ready = ready
        self._later = later

    def identity(self, time_us: int) -> None:
        """Someone changes their handle or key."""
        self._say_identity(self._population.anyone(self._random), time_us)

    def account(self, time_us: int) -> None:
        """Someone arrives, or leaves: for ever, or until they come back."""
        actor = self._population.anyone(self._random)
        if self._random.random() < ARRIVAL_SHARE:  # a new account, or one that has moved its host
            self._say_identity(actor, time_us)
            self._say_account(actor, "", time_us)
            return
        status = STATUSES[int(self._random.random() * len(STATUSES))]
        self._say_account(actor, status, time_us)
        if len(self.silent) < SILENT_COUNT_MAX:
            self.silent[actor] = None
        if status in ("deactivated", "suspended"):
            due_us = time_us + int(AWAY_US_MAX * self._random.random() * self._random.random())
            self._later(due_us, partial(self._come_back, actor))

    def _come_back(self, actor: int, time_us: int) -> None:
        self.silent.pop(actor, None)
        self._say_account(actor, "", time_us)

    def _say_identity(self, actor: int, time_us: int) -> None:
        handle = f'"handle":"user-{actor}.bsky.social",' if self._random.random() < HANDLE_SHARE else ""
        self._say("identity", actor, f'{{"did":"{did(actor)}",{handle}"seq":', "", time_us)

    def _say_account(self, actor: int, status: str, time_us: int) -> None:
        active = "false" if status else "true"
        tail = f'"status":"{status}",' if status else ""
        self._say("account", actor, f'{{"active":{active},"did":"{did(actor)}","seq":', tail, time_us)

    def _say(self, kind: str, actor: int, head: str, tail: str, time_us: int) -> None:
        said = f'"{kind}","{kind}":{head}{SEQ},{tail}"time":"{iso(time_us - RELAY_US)}"}}}}'
        self._ready.append(Draft(did(actor), said, says_seq=True))
