"""The web benchmark: how many answers a second one process gives, by each way through its cache.

Against a bare Starlette application that sends the same bytes, in the same run, on the real thing: a simulated network
counted by the collector, PostgreSQL, memcached where there is one, and wrk on the same machine.

    hot_per_second, bare_per_second, ratio   a board of 100 that is fresh, 32 connections
    p50_ms, p99_ms, bare_p99_ms              of the same, and of the bare application
    page_per_second, page_ratio              the same board as a page, and in times of a bare one with its bytes
    stale, outage, shared, miss              answers a second: stale all the time and made anew behind it; the same
                                             while the database lets nobody in; from memcached, or the table; all
                                             different, so that each has to be made
    herd_queries                             what PostgreSQL was asked by 1,000 clients at once on an expired key, in
                                             times of what one client asks
    soak                                     for so long, with 2,000 events a second coming in: answers a second,
                                             errors, p99, and MiB of the process at the beginning and at the end
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import child
from benchmarks.away import away
from benchmarks.balance import WrongRun
from benchmarks.feed import feed_of, source_of
from benchmarks.machine import machine
from benchmarks.options import WebOptions
from benchmarks.site import EXPIRING, FRESH, SHARED, STALE, Running, bare, site
from benchmarks.trial import NETWORK, Server
from benchmarks.tries import result_of
from benchmarks.wrk import Load, wrk
from sql.session import connect

PATH = "/api/v1/top/accounts?metric=likes_received&window=1h&limit=100"
HERD_PATH = PATH.replace("limit=100", "limit=99")
"""One that no other measurement has left in memcached, fresh for longer."""
PAGE = "/top/accounts"
"""The same as people see it."""
CONNECTIONS = 32
HERD = 1000
_TURN_S = 2
_EVERY_OTHER = """
local n = {first}
request = function()
  n = n + 1
  return wrk.format("GET", "/api/v1/top/accounts?limit=" .. (100 + n % 900) .. "&offset=" .. math.floor(n / 900))
end
"""
_MANY = """
local n = 0
local kinds = {"accounts", "posts", "hashtags", "links", "domains", "emoji", "languages"}
request = function()
  n = n + 1
  return wrk.format("GET", "/api/v1/top/" .. kinds[1 + n % 7] .. "?limit=" .. (10 + n % 20))
end
"""


def web(options: WebOptions, server: Server, say: Any) -> dict[str, Any]:
    """Run it all; the result as JSON-ready values. Raises WrongRun when an answer was none."""
    with server() as conninfo, _memcached() as memcached:
        _fill(options, conninfo, say)
        tries = []
        for number in range(options.runs):
            say(f"try {number + 1} of {options.runs}")
            tries.append(_try(options, conninfo, memcached, number, say))
        result = result_of(tries)
        result["herd_queries"] = _herd(conninfo, memcached)
        say(f"{HERD} clients on an expired key: {result['herd_queries']} times one client's queries")
        if options.soak_s:
            result["soak"] = _soak(options, conninfo, memcached)
            say(f"soak: {result['soak']}")
        return {**result, "memcached": bool(memcached), "source": source_of(options.recording), "machine": machine()}


def _fill(options: WebOptions, conninfo: str, say: Any) -> None:
    say(f"counting {options.recording or f'{options.events:,} simulated events'}")
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        feed = feed_of("jetstream", options.recording, Path(folder), options.events, options.seed)
        with child.replay(feed.recording) as (url, _):
            child.run("collect", "--source", url, "--network", NETWORK, "--database-url", conninfo, "--until-idle", "3")


def _try(options: WebOptions, conninfo: str, memcached: str, number: int, say: Any) -> dict[str, Any]:
    def load(running: Running, script: str = "") -> Load:
        return _load(running, PATH, options.seconds, script)

    with site(conninfo, FRESH, memcached) as running:
        compared = _compared(running, options.seconds)
        miss = load(running, _EVERY_OTHER.format(first=number * 90_000))
    with site(conninfo, STALE, memcached) as running:
        _warm(running)
        stale = load(running)
        with away(conninfo):
            outage = load(running)
    with site(conninfo, SHARED, memcached) as running:
        _warm(running)
        shared = load(running)
    say(f"hot {compared['hot_per_second']:,.0f}/s, p99 {compared['p99_ms']} ms, {compared['ratio']} of bare; "
        f"a page {compared['page_ratio']}")  # fmt: skip
    return {
        **compared, "stale": stale.requests_per_second, "shared": shared.requests_per_second,
        "outage": outage.requests_per_second, "miss": miss.requests_per_second,
    }  # fmt: skip


def _compared(running: Running, seconds: int) -> dict[str, Any]:
    """The site and the bare application side by side, asked in turns of seconds: machines change their pace."""
    body, headers = _warm(running)
    page_body, page_headers = _warm(running, PAGE)
    with bare(body, headers) as plain, bare(page_body, page_headers) as plain_page:
        asked = [(running, PATH), (plain, PATH), (running, PAGE), (plain_page, PAGE)]
        for each, path in asked[1::2]:
            _warm(each, path)
        turns = [[_load(each, path, _TURN_S) for each, path in asked] for _ in range(max(1, seconds // _TURN_S))]
    hot, simple, page, simple_page = (_together(loads) for loads in zip(*turns, strict=True))
    return {
        "hot_per_second": hot.requests_per_second, "bare_per_second": simple.requests_per_second,
        "ratio": round(hot.requests_per_second / simple.requests_per_second, 3),
        "page_per_second": page.requests_per_second,
        "page_ratio": round(page.requests_per_second / simple_page.requests_per_second, 3),
        "p50_ms": hot.p50_ms, "p99_ms": hot.p99_ms, "bare_p99_ms": simple.p99_ms, "bytes": len(body),
        "page_bytes": len(page_body),
    }  # fmt: skip


def _together(loads: Sequence[Load]) -> Load:
    """Several turns as one: the mean of rates, and of each percentile the median."""
    return Load(
        round(statistics.fmean(load.requests_per_second for load in loads), 2),
        round(statistics.median(load.p50_ms for load in loads), 2),
        round(statistics.median(load.p99_ms for load in loads), 2),
        sum(load.errors for load in loads),
    )  # fmt: skip


def _load(running: Running, path: str, seconds: int, script: str = "") -> Load:
    """As many answers as it gives. Raises WrongRun when one was none."""
    found = wrk(running.url + path, connections=CONNECTIONS, seconds=seconds, script=script)
    if found.errors:
        raise WrongRun(f"{found.errors} requests had no answer")
    return found


def _warm(running: Running, path: str = PATH) -> tuple[bytes, dict[str, str]]:
    """The answer, once it is served from the cache; what it says beside its body."""
    end_at = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError):
            where = urlsplit(running.url)
            connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            if answer.status == 200 and "miss" not in (answer.getheader("cache-status") or ""):
                skipped = ("date", "content-length")
                return body, {name: value for name, value in answer.getheaders() if name.lower() not in skipped}
        if time.monotonic() > end_at:
            raise WrongRun("the site does not answer")
        time.sleep(0.1)


def _herd(conninfo: str, memcached: str) -> float:
    """Times of one client's queries that many ask at once, when what they want has just expired."""
    with site(conninfo, EXPIRING, memcached) as running, connect(conninfo, None, "bench") as owner:
        _warm(running, HERD_PATH)
        time.sleep(1.5)
        one = _asked(owner, lambda: asyncio.run(_ask(running, 1)))
        time.sleep(1.5)
        many = _asked(owner, lambda: asyncio.run(_ask(running, HERD)))
    if not one:
        raise WrongRun("what one client asked of the database was not seen")
    return round(many / one, 3)


def _asked(owner: Any, do: Any) -> int:
    """How often the boards were read meanwhile."""

    def read() -> int:
        time.sleep(11.0)  # an idle session says after ten seconds what it did
        query = "select seq_scan + coalesce(idx_scan, 0) from pg_stat_user_tables where relname = 'board'"
        found = owner.execute(query).fetchone()
        return int(found[0])

    before = read()
    do()
    return read() - before


async def _ask(running: Running, clients: int) -> None:
    """All connected first, then all at once."""
    where = urlsplit(running.url)
    streams = [await asyncio.open_connection(where.hostname, where.port, limit=1 << 20) for _ in range(clients)]
    line = f"GET {HERD_PATH} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode()
    for _, writer in streams:
        writer.write(line)
    answers = await asyncio.gather(*[reader.read(-1) for reader, _ in streams])
    for _, writer in streams:
        writer.close()
    bad = sum(not answer.startswith(b"HTTP/1.1 200") for answer in answers)
    if bad:
        raise WrongRun(f"{bad} of {clients} clients had no answer")


def _soak(options: WebOptions, conninfo: str, memcached: str) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder, site(conninfo, FRESH, memcached) as running,
    ):  # fmt: skip
        recording = Path(folder) / "recording.jsonl.zst"
        events = 2000 * (options.soak_s + 20)
        start = "2026-07-05T00:00:00Z"
        child.run("simulate", "--events", str(events), "--rate", "2000", "--start", start, "--out", str(recording))
        with child.replay(recording, "--speed", "1") as (url, _):
            given = ("--source", url, "--network", NETWORK, "--database-url", conninfo, "--since", "oldest")
            collecting = threading.Thread(target=child.run, args=("collect", *given, "--until-idle", "5"))
            collecting.start()
            _warm(running)
            wrk(running.url + PATH, connections=CONNECTIONS, seconds=10, script=_MANY)
            begun = _rss_mib(running.pid)
            load = wrk(running.url + PATH, connections=CONNECTIONS, seconds=options.soak_s, script=_MANY)
            ended = _rss_mib(running.pid)
            collecting.join()
    return {
        "seconds": options.soak_s, "per_second": load.requests_per_second, "errors": load.errors,
        "p99_ms": load.p99_ms, "rss_mib_begin": begun, "rss_mib_end": ended,
    }  # fmt: skip


def _rss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


@contextlib.contextmanager
def _memcached() -> Iterator[str]:
    """A memcached of its own; empty where the machine has none."""
    program = shutil.which("memcached")
    if program is None:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        where = f"{folder}/memcached"
        with subprocess.Popen([program, "-u", "root", "-s", where, "-m", "64", "-I", "4m", "-t", "1"]) as process:
            try:
                yield where
            finally:
                process.kill()
