"""Series by authors: exact, of no more than can be counted at once, and dearer than others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sql.session import connect
from tests.collector.frames import post
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.web.site import Answer, Site, site
from web import authors

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
HOUR, HOUR_MS = timedelta(hours=1), 3_600_000
SERIES = "/api/v1/top/hashtags/cats/series"
# who wrote in each hour from noon of the fourth on; the 13th hour is the next day's first
WROTE = ["ab", "aabc", "", "abcd", "a", "bb", "", "", "", "", "", "", "abca", "cde", "aaaa", "bbc"]


@pytest.fixture(scope="module")
def database(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_database(server) as conninfo, closing(Rig(conninfo, tmp_path_factory.mktemp("rig"))) as rig:
        for hour, wrote in enumerate(WROTE):
            at = hour * HOUR_MS
            rig.hand(*[post(f"did:plc:{who}", at + n, tags=["cats"]) for n, who in enumerate(wrote)], at=at + 60_000)
        rig.hand(post("did:plc:z", 15 * HOUR_MS + 90_000), at=15 * HOUR_MS + 120_000)
        rig.fold()
        assert rig.one("select hours_to = '2026-07-05 03:00Z' and days_to = '2026-07-05Z' from fold")
        yield conninfo


@pytest.fixture
def found(database: str) -> Iterator[Site]:
    with connect(database, None, "tests") as owner:
        owner.execute("truncate cache.entry")
    with site(database, web_misses_per_second=0.0) as running:
        yield running


def moment(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def counted(answer: Answer) -> list[tuple[str, int]]:
    """Points that are not zero."""
    assert answer.status == 200, answer.body
    return [(point["time"], point["net"]) for point in answer.json["points"] if point["net"]]


def expected(bucket: timedelta, begin: datetime = NOON - 20 * HOUR) -> list[tuple[str, int]]:
    who: dict[datetime, set[str]] = {}
    for hour, wrote in enumerate(WROTE):
        at = NOON + hour * HOUR
        at -= (at - datetime(1970, 1, 5, tzinfo=UTC)) % bucket
        who.setdefault(at, set()).update(wrote)
    return [(moment(at), len(each)) for at, each in who.items() if each and at >= begin]


@pytest.mark.parametrize("seconds", [3600, 7200, 86_400, 604_800])
def test_authors_are_counted_once_in_each_bucket_however_it_is_kept(found: Site, seconds: int) -> None:
    bucket = timedelta(seconds=seconds)
    assert counted(found.get(f"{SERIES}?by=authors&bucket={seconds}")) == expected(bucket, NOON - 400 * HOUR)


def test_minutes_are_counted_too(found: Site) -> None:
    answer = found.get(f"{SERIES}?by=authors&bucket=60&from={moment(NOON)}&to={moment(NOON + 4 * HOUR)}")
    assert counted(answer) == expected(HOUR)[:3]


@pytest.mark.parametrize(
    ("posts_max", "begins"),
    # the hour that runs counts four times: its three posts are twelve
    [(11, None), (12, NOON + 15 * HOUR), (15, NOON + 15 * HOUR), (16, NOON + 14 * HOUR), (1000, NOON - 152 * HOUR)],
)
def test_a_series_is_as_long_as_can_be_counted_and_whoever_asks_for_more_is_told_how_long(
    found: Site, monkeypatch: pytest.MonkeyPatch, posts_max: int, begins: datetime | None
) -> None:
    monkeypatch.setattr(authors, "POSTS_MAX", posts_max)
    usual = found.get(f"{SERIES}?by=authors")
    if begins is None:
        assert (usual.status, usual.json["detail"]) == (400, said("bucket", "one of them has", "60"))
        assert found.get(f"{SERIES}?by=authors&bucket=60").status == 200
        return
    assert (usual.json["from"], len(usual.json["points"])) == (moment(begins), (NOON + 16 * HOUR - begins) / HOUR)
    assert counted(usual) == expected(HOUR, begins)
    asked: Any = f"{SERIES}?by=authors&from={moment(NOON - 152 * HOUR)}"
    refused = found.get(asked)
    assert refused.status == (200 if posts_max == 1000 else 400)
    if posts_max < 1000:
        assert refused.json["detail"] == said("from", "that is", moment(begins))
        assert counted(found.get(f"{SERIES}?by=authors&from={moment(begins)}")) == expected(HOUR, begins)


def said(name: str, begin: str, allowed: str) -> str:
    more = "more authors than can be counted at once"
    return f"{name}: {begin} {more}; the nearest allowed is {allowed}"


def test_where_a_day_is_too_much_the_hour_is_named_and_where_nothing_will_do_that_is_said(
    found: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 14 posts in the day that runs, each as four; in its last hour three
    monkeypatch.setattr(authors, "POSTS_MAX", 4 * 14 - 1)
    for bucket in (604_800, 86_400):
        refused = found.get(f"{SERIES}?by=authors&bucket={bucket}")
        assert refused.json["detail"] == said("bucket", "one of them has", "3600")
    monkeypatch.setattr(authors, "POSTS_MAX", 4 * 14)
    again = found.get(f"{SERIES}?by=authors&bucket=86400&to=2026-07-06T00:00:00Z")
    assert counted(again) == expected(timedelta(days=1))[1:]
    monkeypatch.setattr(authors, "POSTS_MAX", 2)
    refused = found.get(f"{SERIES}?by=authors&bucket=60&from=2026-07-05T03:00:00Z&to=2026-07-05T03:01:00Z")
    assert refused.json["detail"] == "bucket: even the shortest has more authors than can be counted at once"


def test_authors_cost_more_than_posts(database: str) -> None:
    with site(database, web_misses_per_second=0.001, web_misses_burst=10.0) as found:
        by_authors = [found.get(f"{SERIES}?by=authors&bucket={bucket}").status for bucket in (3600, 7200, 86_400)]
    with site(database, web_misses_per_second=0.001, web_misses_burst=10.0) as found:
        by_posts = [found.get(f"{SERIES}?bucket={bucket}").status for bucket in (10_800, 14_400, 18_000)]
    assert (by_authors, by_posts) == ([200, 200, 429], [200, 200, 200])
