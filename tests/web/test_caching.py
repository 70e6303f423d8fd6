"""What other caches are told: every rule of `web/freshness.py`, on the answers of a real site."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from contextlib import closing

import brotli
import pytest

from benchmarks.zstd import zstd
from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.web.site import Answer, Site, site
from web import freshness
from web.entry import short_hash
from web.freshness import HISTORY, LIVE, OF_WINDOW, Freshness, cache_control, worst_age_s

FORM = re.compile(
    r"public, max-age=(\d+), s-maxage=(\d+), stale-while-revalidate=(\d+), stale-if-error=(\d+)"
)
POST = "3mpsz5xmars22"


@pytest.fixture(scope="module")
def database(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_database(server) as conninfo, closing(Rig(conninfo, tmp_path_factory.mktemp("rig"))) as rig:
        for hour in range(3):
            at = hour * 3_600_000
            rig.hand(*[like(post_uri(ALICE, POST), BOB, at + n) for n in range(3)], post(BOB, at + 9), at=at + 60_000)
        rig.fold()
        made = Boards(rig.roller, 100, 40)
        while made.keep_hour():
            pass
        made.refresh()
        yield conninfo


@pytest.fixture(scope="module")
def found(database: str) -> Iterator[Site]:
    with site(database) as running:
        yield running


def told(answer: Answer) -> tuple[int, int, int, int]:
    assert answer.status == 200, answer.body
    matched = FORM.fullmatch(answer.headers["cache-control"])
    assert matched is not None, answer.headers["cache-control"]
    browser, shared, revalidate, if_error = map(int, matched.groups())
    return browser, shared, revalidate, if_error


@pytest.mark.parametrize(
    ("path", "fresh", "names"),
    [
        ("/top/accounts?window=1h", 30, True),
        ("/top/accounts?window=1d", 300, True),
        ("/top/accounts?window=7d", 1800, True),
        ("/top/posts?window=30d", 7200, True),
        (f"/accounts/{ALICE}", 30, True),
        (f"/posts/{ALICE}/{POST}", 30, True),
        ("/top/hashtags?window=1h", 30, False),
        ("/top/languages?window=1d", 300, False),
        ("/top/domains?window=7d", 1800, False),
        ("/top/emoji?window=30d", 7200, False),
        ("/network/totals?window=1h", 30, False),
        ("/network/series?from=2026-07-04T10:00:00Z&to=2026-07-04T11:00:00Z", 3600, False),
        ("/top/accounts?as_of=2026-07-04T13:00:00Z", 3600, True),
    ],
)
def test_a_fresh_answer_may_be_kept_for_what_is_left_of_its_time(
    found: Site, path: str, fresh: int, names: bool
) -> None:
    browser, shared, revalidate, if_error = told(found.get(f"/api/v1{path}"))
    left = fresh - fresh / 10 - 2  # up to a tenth is left to chance
    if names:
        assert min(left, 60) <= shared <= min(fresh, 60)
        assert (browser, if_error) == (min(shared, 30), 120)
    else:
        assert left <= shared <= fresh
        assert (browser, if_error) == (shared, 600)
    assert revalidate == shared


def test_what_a_cache_may_keep_shrinks_with_time_and_of_a_stale_answer_it_is_five_seconds(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(freshness.OF_WINDOW, "1h", Freshness(3, 60))
    path = "/api/v1/top/accounts?window=1h&limit=7"
    with site(database) as running:
        first = running.get(path)
        second = running.get(path)
        assert first.headers["cache-status"] == "skytally; fwd=miss; stored"
        assert re.fullmatch(r"skytally; hit; ttl=[12]", second.headers["cache-status"])
        assert 1 <= told(second)[1] <= 3
        time.sleep(3.1)
        stale = running.get(path)
        assert re.fullmatch(r"skytally; hit; ttl=-\d+", stale.headers["cache-status"])
        assert told(stale) == (5, 5, 5, 120)


def test_a_purge_hook_lets_caches_keep_names_as_long_as_they_are_fresh(database: str) -> None:
    with site(database, cdn_purge="true") as running:
        browser, shared, _, if_error = told(running.get("/api/v1/top/accounts?window=7d&limit=3"))
        assert told(running.get("/api/v1/top/posts?window=7d&limit=3"))[1] == 60  # a post has no key to purge it by
    assert 1600 <= shared <= 1800
    assert (browser, if_error) == (30, 120)


def test_an_answer_says_by_what_it_can_be_forgotten(found: Site) -> None:
    headers = found.get("/api/v1/top/accounts?window=1d&limit=9").headers
    keys = ["top-accounts-likes_received-1d", short_hash(ALICE)]
    assert headers["surrogate-key"].split(" ") == keys
    assert headers["cache-tag"].split(",") == keys
    assert re.fullmatch(r"[0-9a-f]{8}", keys[1])


def test_an_answer_is_weakly_tagged_varies_by_encoding_alone_and_has_no_age(found: Site) -> None:
    path = "/api/v1/top/posts?window=1d&limit=8"
    first = found.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["vary"] == "Accept-Encoding"
    assert "age" not in first.headers
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = found.get(path, If_None_Match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert FORM.fullmatch(again.headers["cache-control"])
    assert found.get(path, If_None_Match='"x"').status == 200
    head = found.get(path, "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", first.headers["content-length"])


def test_an_answer_comes_in_the_encoding_that_is_asked_for(found: Site) -> None:
    path = "/api/v1/network/series?bucket=3600"
    plain = found.get(path)
    assert "content-encoding" not in plain.headers
    for accepted, coding, open_ in (
        ("gzip, deflate, br, zstd", "br", brotli.decompress), ("gzip;q=1, br;q=0", "gzip", gzip.decompress),
        ("zstd", "zstd", zstd.decompress), ("*", "br", brotli.decompress), ("GZIP;Q=0.5", "gzip", gzip.decompress),
    ):  # fmt: skip
        found_ = found.get(path, Accept_Encoding=accepted)
        assert found_.headers["content-encoding"] == coding
        assert open_(found_.body) == plain.body
        assert found_.headers["etag"] == plain.headers["etag"]
    assert "content-encoding" not in found.get(path, Accept_Encoding="br;q=0, identity").headers


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/api/v1/accounts/did:plc:nobody", 404, "public, max-age=10, s-maxage=10"),
        ("/api/v1/accounts/nobody.example", 404, "public, max-age=10, s-maxage=10"),
        ("/api/v1/top/accounts?window=2h", 400, "no-store"),
        ("/api/v1/status", 200, "no-store"),
        ("/healthz", 200, "no-store"),
        ("/readyz", 200, "no-store"),
    ],
)
def test_what_is_no_answer_is_kept_for_a_moment_or_not_at_all(found: Site, path: str, status: int, kept: str) -> None:
    answer = found.get(path)
    assert (answer.status, answer.headers["cache-control"]) == (status, kept)
    assert answer.headers.get("retry-after") == ("30" if "nobody.example" in path else None)


def test_the_oldest_numbers_a_reader_can_meet() -> None:
    """README and DESIGN.md say these."""
    ages = {
        window: (worst_age_s(each, names_accounts=True, purges=False),
                 worst_age_s(each, names_accounts=False, purges=False))
        for window, each in {**OF_WINDOW, "closed": HISTORY}.items()
    }  # fmt: skip
    assert ages["1h"] == (70, 70)
    assert ages["1d"] == (610, 610)
    assert ages["7d"] == (3610, 3610)
    assert ages["30d"] == (14_410, 14_410)
    assert ages["closed"] == (90_010, 90_010)


@pytest.mark.parametrize("left_s", [-100.0, -0.1, 0.4, 1.0, 59.0, 3599.0])
@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("purges", [True, False])
def test_every_line_is_well_formed_and_a_browser_keeps_nothing_longer_than_a_cache(
    left_s: float, names: bool, purges: bool
) -> None:
    matched = FORM.fullmatch(cache_control(left_s, names_accounts=names, purges=purges))
    assert matched is not None
    browser, shared, revalidate, _ = map(int, matched.groups())
    assert 1 <= browser <= shared == revalidate
    assert shared <= (max(left_s, 1) if left_s > 0 else 5)
    assert LIVE.fresh_s == 30


@pytest.mark.parametrize("prefix", ["/api/v1", ""], ids=["API", "pages"])
def test_what_is_made_at_once_does_not_end_at_once(found: Site, prefix: str) -> None:
    paths = [f"{prefix}/top/{kind}?window=30d" for kind in ("hashtags", "links", "domains", "emoji", "languages")]
    left_s = []
    for path in paths:
        found.get(path)
        left_s.append(int(found.get(path).headers["cache-status"].rpartition("=")[2]))
    assert all(6400 < each <= 7200 for each in left_s)
    assert max(left_s) - min(left_s) > 20
