"""Counts as they come: a worker, a database, a site on a real socket, and readers of its streams."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from ops.embedded import embedded, wait_until_stopped
from sql.migrate import migrate
from tests.collector.frames import ALICE, BOB, BOBS, frame, key, like, notice, post
from tests.collector.rig import Rig
from tests.ops.embedded_directory import private_directory
from tests.web.site import Site, site
from tests.web.stream import begun, first, watching
from web import ticker

MINUTE = 60_000
LOOSE = {"fsync": "off", "full_page_writes": "off"}


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


def test_counts_are_pushed_as_batches_become_durable(rig: Rig, live: Site) -> None:
    rig.hand(post(ALICE, langs=["en"]), at=1)
    with watching(live.port, "by=language") as stream:
        assert stream.status == 200
        wanted = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
        assert wanted.items() <= stream.headers.items()
        begun(stream)
        rig.hand(post(ALICE, 1, langs=["en-US", "ja"]), post(BOB, 2, langs=[]), like(BOBS, at=3), at=4)
        assert stream.summed(3) == {"en": 1, "ja": 1, "und": 1}
        rig.hand(post(ALICE, 5, langs=["ja"], surprise=1), at=6)
        assert stream.summed(1) == {"ja": 1}
        event = first(stream)
        assert set(event.data) == {"time", "counts", "rate_per_second"}
        assert event.data["time"] == "2026-07-04T12:00:00.006000Z"
        assert event.data["rate_per_second"] > 0


def test_every_way_to_watch(rig: Rig, live: Site) -> None:
    facets = [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [
        {"$type": "app.bsky.richtext.facet#tag", "tag": "Cats"},
        {"$type": "app.bsky.richtext.facet#link", "uri": "https://www.example.org/a"},
    ]}]  # fmt: skip
    ways = {
        "by=language": {"en": 2, "ja": 1, "und": 1},
        "by=language&languages=first": {"en": 2, "und": 1},
        "by=language&operation=delete": {"en": 1, "ja": 1},
        "by=language&operation=delete&languages=first": {"en": 1},
        "by=collection": {"app.bsky.feed.like": 1, "app.bsky.feed.post": 3},
        "by=collection&operation=update": {"app.bsky.actor.profile": 1},
        "by=collection&operation=delete": {"app.bsky.feed.like": 1, "app.bsky.feed.post": 1},
        "by=collection&operation=event": {"#identity": 1},
        "by=operation": {"create": 4, "delete": 2, "event": 1, "update": 1},
        "by=hashtag": {"cats": 1},
        "by=hashtag&operation=delete": {"cats": 1},
        "by=domain": {"example.org": 1},
    }  # fmt: skip
    with ExitStack() as stack:
        streams = {way: begun(stack.enter_context(watching(live.port, way))) for way in ways}
        rig.hand(
            post(ALICE, 1, langs=["en", "ja"], facets=facets), post(BOB, 2, langs=["en"]), post(BOB, 3),
            like(BOBS, at=4), frame("app.bsky.actor.profile", ALICE, 5, rkey="self", operation="update"), at=6,
        )  # fmt: skip
        rig.hand(
            frame("post", ALICE, 7, rkey=key(1), operation="delete"), frame("like", ALICE, 8, operation="delete"),
            notice("identity", BOB, 9), at=10,
        )  # fmt: skip
        for way, counts in ways.items():
            assert streams[way].summed(sum(counts.values())) == counts, way


@pytest.mark.parametrize("folded", [0, 1, 2], ids=["nothing folded", "the first folded", "both folded"])
def test_counts_since_a_time_are_of_rollups_and_of_what_is_not_folded_yet(rig: Rig, live: Site, folded: int) -> None:
    rig.hand(post(ALICE, langs=["de"]), post(BOB, MINUTE, langs=["en"]), at=MINUTE)
    if folded:
        rig.fold()
    rig.hand(post(BOB, MINUTE + 1, langs=["en", "ja"]), post(BOB, -1, langs=["fr"]), at=MINUTE + 2)
    if folded == 2:
        rig.fold()
    assert rig.one("select count(*) from tick") == 4
    ways = {
        "by=language&since=2026-07-04T12:01:30Z": {"en": 2, "ja": 1},
        "by=language&since=2026-07-04T12:00:00Z": {"de": 1, "en": 2, "ja": 1},
        "by=language&since=2026-07-01T14:00:00Z": {"de": 1, "en": 2, "fr": 1, "ja": 1},
        "by=language&since=2020-07-01T14:00:00Z": {"de": 1, "en": 2, "fr": 1, "ja": 1},
        "by=operation&since=2026-07-04T12:01:00Z": {"create": 2},
        "by=collection&since=2026-07-04T12:00:00Z": {"app.bsky.feed.post": 3},
    }
    for way, counts in ways.items():
        with watching(live.port, way) as stream:
            assert first(stream).data["counts"] == counts, way
    with watching(live.port, "by=language&since=2026-07-04T12:01:30Z") as stream:
        assert first(stream).data["since"] == "2026-07-04T12:01:00Z"
        rig.hand(post(ALICE, MINUTE + 5, langs=["nl"]), at=MINUTE + 5)
        rig.fold()
        rig.hand(post(ALICE, MINUTE + 6, langs=["nl"]), at=MINUTE + 6)
        assert stream.summed(2) == {"nl": 2}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("by=languages", "by: "),
        ("by=operation&operation=create", "operation: all of them are counted by operation"),
        ("by=hashtag&operation=update", "operation: is create or delete by hashtag"),
        ("by=hashtag&languages=first", "languages: is of posts by language"),
        ("languages=first&since=2026-07-04T12:00:00Z", "since: goes with all languages"),
        ("since=yesterday", "since: has to be a time as of RFC 3339"),
        ("since=2199-07-04T12:00:00Z", "since: has to be a time that has come"),
        ("by=hashtag&since=2026-07-04T10:59:59Z", "the earliest is 2026-07-04T11:00:00Z"),
        ("format=csv", "format: is no parameter"),
    ],
)
def test_what_can_not_be_watched(rig: Rig, live: Site, query: str, says: str) -> None:
    rig.hand(post(ALICE, 1), at=1)
    rig.fold()
    answer = live.get(f"/api/v1/live?{query}")
    assert (answer.status, says in answer.json["detail"]) == (400, True), answer.json


def test_a_head_and_a_post(live: Site) -> None:
    answer = live.get("/api/v1/live", "HEAD")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/event-stream", b"")
    assert live.get("/api/v1/live", "POST").status == 405


def test_only_so_many_may_watch(rig: Rig) -> None:
    with site(rig.conninfo, web_live_readers_max=2, web_live_readers_per_client_max=1) as found:
        with watching(found.port, "") as stream:
            begun(stream)
            answer = found.get("/api/v1/live")
            assert (answer.status, answer.headers["retry-after"]) == (429, "30")
        while True:  # that somebody has left is seen with the next tick
            with watching(found.port, "") as stream:
                if stream.status == 200:
                    begun(stream)
                    break
    with site(rig.conninfo, web_live_readers_max=1) as found, watching(found.port, "") as stream:
        begun(stream)
        assert found.get("/api/v1/live").json["type"] == "/docs#busy"


def slow_reader(port: int) -> socket.socket:
    """Who asks and does not read."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(20)
    reader.connect(("127.0.0.1", port))
    reader.sendall(b"GET /api/v1/live?by=hashtag HTTP/1.1\r\nHost: test\r\n\r\n")
    return reader


def test_a_slow_reader_is_dropped_with_a_last_word_and_slows_nobody(rig: Rig, live: Site) -> None:
    with closing(slow_reader(live.port)) as slow, watching(live.port, "by=hashtag") as stream:
        begun(stream)
        total, handed = Counter[str](), 0
        while handed < 24 and b"dropped" not in slow.recv(1 << 20, socket.MSG_PEEK):
            tags = [f"{handed:03}{n:05}{'x' * 600}" for n in range(500)]
            rig.hand(*[post(ALICE, handed * 1000 + n, tags=[tag]) for n, tag in enumerate(tags)], at=handed)
            handed += 1
            total += stream.summed(500)
        assert total.total() == 500 * handed
        said = b"".join(iter(lambda: slow.recv(1 << 20), b""))
    *_, last = said.replace(b"\r\n", b"\n").split(b"\n\n")[:-2]
    assert b"event: dropped\ndata: " in last
    assert "miss nothing" in orjson.loads(last.rpartition(b"data: ")[2])["detail"]


def test_a_stream_outlives_its_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "INTERVAL_S", 0.1)
    with private_directory() as data, ExitStack() as running:
        with embedded(data, settings=LOOSE, linger_s=0) as conninfo:
            migrate(conninfo, "test")
            found = running.enter_context(site(conninfo))
            stream = begun(running.enter_context(watching(found.port, "", patience_s=60)))
            with closing(Rig(conninfo, tmp_path)) as rig:
                rig.hand(post(ALICE, 1, langs=["en"]), at=1)
                assert stream.summed(1) == {"en": 1}
        assert wait_until_stopped(data)
        while not stream.answer.readline().startswith(b":"):
            pass
        assert found.get("/api/v1/live").status == 503
        with embedded(data, settings=LOOSE, linger_s=0) as conninfo, closing(Rig(conninfo, tmp_path)) as rig:
            rig.hand(post(ALICE, 1, langs=["en"]), post(ALICE, 2, langs=["ja"]), at=2)
            assert stream.summed(1) == {"ja": 1}


def test_readers_are_let_go_when_the_site_stops(rig: Rig) -> None:
    with site(rig.conninfo) as found, watching(found.port, "") as stream:
        begun(stream)
        began = time.monotonic()
        found.stop()
        assert time.monotonic() - began < 2.5
        assert all(event.data["counts"] == {} for event in stream.events())


def test_nothing_is_looked_at_while_nobody_watches(live: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    look = ticker._look

    async def noted(*given: Any) -> Any:
        asked.append(given)
        return await look(*given)

    monkeypatch.setattr(ticker, "_look", noted)
    time.sleep(0.5)
    assert asked == []
    with watching(live.port, "") as stream:
        begun(stream)
        first(stream)
    assert asked
