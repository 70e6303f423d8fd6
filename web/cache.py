"""The cache: stale-while-revalidate over a layer in the process and one that processes share.

What is fresh is served; what is stale is served at once and made anew behind it, by one process; what is not there is
made once while others wait. When it can not be made, an old answer is better than none. It does not know what an answer
is about, but never serves one that names an account that is hidden now, nor one that was made in the future.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

from web.entry import Entry, key_of
from web.hidden import Hidden
from web.local import Local
from web.problem import INTERNAL, Problem, Unavailable
from web.refusals import Refusals
from web.shared import KEPT_S, LEASE_S, Found, Shared

_log = logging.getLogger(__name__)
_POLL_S = 0.1
MAKE_S = 8.0
"""How long making an entry may take, with the writing of it less than its lease: nobody is replaced while at it."""
AHEAD_S_MAX = 60.0
"""An entry from further ahead was made while the clock was wrong, and calls itself fresh for as long as that was. Less
is the difference between machines that share a memcached."""

Make = Callable[[], Awaitable[Entry]]


class Served(NamedTuple):
    """An entry, and how it was come by."""

    entry: Entry
    hit: bool
    """Whether it was there."""
    trouble: str = ""
    """The kind of problem that an old one is served for; empty where it is not."""


class Cache:
    """Entries by what was asked, as one process serves them."""

    def __init__(self, namespace: str, local: Local, shared: Shared, hidden: Hidden) -> None:
        self._namespace, self._local, self._shared, self._hidden = namespace, local, shared, hidden
        self._fetching: dict[str, asyncio.Task[Served]] = {}
        self._refreshing: dict[str, asyncio.Task[Served]] = {}
        self._refusals = Refusals()

    async def get(self, request: str, make: Make, admit: Callable[[], None]) -> Served:
        """The answer to a request. `admit` is called where something has to be looked for, and may raise.

        Raises Problem where there is no answer, not even an old one.
        """
        key = key_of(self._namespace, request)
        entry = self._here(key)
        if entry is not None and time.time() < entry.stale_until:
            if time.time() >= entry.fresh_until and self._refusals.of(key) is None:
                self._refresh(key, request, make)
            return Served(entry, True)
        if entry is not None and (trouble := self._refusals.trouble(key)):
            if self._refusals.of(key) is None:  # nobody waits for what could not be made before
                self._refresh(key, request, make)
            return Served(entry, True, trouble)
        try:
            if (refusal := self._refusals.of(key)) is not None:
                raise refusal
            if key not in self._fetching:
                admit()
                self._begin(self._fetching, key, self._fetch(key, request, make))
            return await asyncio.shield(self._fetching[key])
        except Exception as error:
            return self._instead(key, error)

    async def close(self) -> None:
        """End what is being made here. Who wants it next need not wait for our lease to end, unless it was being
        written just now."""
        making = [*self._fetching.values(), *self._refreshing.values()]
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)

    def _instead(self, key: str, error: Exception) -> Served:
        """What is there, however old. Raises the error where there is nothing, or nothing any more."""
        entry = self._here(key)
        if entry is None or (isinstance(error, Problem) and not error.passing):
            raise error
        return Served(entry, True, error.kind if isinstance(error, Problem) else "internal")

    def _here(self, key: str) -> Entry | None:
        entry = self._local.get(key)
        if entry is not None and (self._refuses(entry) or time.time() > entry.fresh_until + KEPT_S):
            self._local.drop(key)
            return None
        return entry

    def _refuses(self, entry: Entry) -> bool:
        """Whether an entry must not be served: it names who is hidden, or by its time would be fresh for too long."""
        return self._hidden.hides(entry) or entry.made_at > time.time() + AHEAD_S_MAX

    def _begin(self, tasks: dict[str, asyncio.Task[Served]], key: str, work: Coroutine[Any, Any, Served]) -> None:
        """One task of this process for a key, however many wait for it."""
        task = tasks[key] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._ended(tasks, key, done))

    def _ended(self, tasks: dict[str, asyncio.Task[Served]], key: str, task: asyncio.Task[Served]) -> None:
        del tasks[key]
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if not isinstance(error, Problem):
            _log.error("%s could not be made", key, exc_info=error)
            error = Unavailable(INTERNAL, "this could not be made; it has been logged")
        self._refusals.note(key, error)
        if error.lasting:
            self._local.drop(key)

    def _refresh(self, key: str, request: str, make: Make, found: Found | None = None) -> None:
        if key not in self._refreshing:
            self._begin(self._refreshing, key, self._renew(key, request, make, found))

    async def _fetch(self, key: str, request: str, make: Make) -> Served:
        """What another process has, though it be stale; else what has to be made."""
        found, trouble = await self._take(key, request), ""
        if found.entry is not None:
            self._local.put(key, found.entry)
            if time.time() < found.entry.stale_until or (trouble := self._refusals.trouble(key)):
                if found.lease or time.time() >= found.entry.fresh_until:
                    self._refresh(key, request, make, found)
                return Served(found.entry, True, trouble)
        return await self._renew(key, request, make, found)

    async def _renew(self, key: str, request: str, make: Make, found: Found | None = None) -> Served:
        """A fresh entry: of another process, or our own if it is ours to make one."""
        found = found or await self._take(key, request)
        mark, since = found.mark, time.monotonic()
        while not found.lease:
            if found.entry is not None and time.time() < found.entry.fresh_until:
                self._keep(key, found.entry)
                return Served(found.entry, True)
            if found.mark != mark:
                mark, since = found.mark, time.monotonic()
            if time.monotonic() - since > LEASE_S:  # whoever has the right to make it is gone
                await self._shared.seize(key, found)
                since = time.monotonic()
            else:
                await asyncio.sleep(_POLL_S)
            found = await self._take(key, request)
        return await self._make(key, make, found)

    async def _make(self, key: str, make: Make, found: Found) -> Served:
        try:
            async with asyncio.timeout(MAKE_S):
                entry = await make()
        except TimeoutError as error:
            await self._shared.seize(key, found)
            raise Unavailable("busy", "this takes longer than it may just now") from error
        except BaseException as error:
            if isinstance(error, Problem) and error.lasting:
                await self._shared.drop(key)
            else:
                await self._shared.seize(key, found)
            raise
        self._keep(key, entry)
        await self._shared.put(key, entry, found)
        return Served(entry, False)

    def _keep(self, key: str, entry: Entry) -> None:
        """A fresh one."""
        self._local.put(key, entry)
        self._refusals.made(key)

    async def _take(self, key: str, request: str) -> Found:
        return await self._shared.take(key, request, self._refuses)
