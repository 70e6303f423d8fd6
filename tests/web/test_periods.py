"""Periods of charts: what is picked is what the API says of it, drawn beside the period before, without script."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from msgspec import UNSET

from collector.batch import Gap
from tests.collector.frames import ALICE, BOB, NOON_US, delete, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.web.site import Site, site
from web import asking
from web.database import Head
from web.pages.period import BUCKETS, RANGES, Picked, period_of
from web.problem import Problem
from web.series import stretch_of

HOUR_MS, HOUR_US = 3_600_000, 3_600_000_000
HOURS = 96
"""From noon of 30 June to noon of 4 July, 2026."""
MADE_MS = -40 * HOUR_MS
OF = {
    "/@alice.example": (f"/api/v1/accounts/{ALICE}/series", "likes_received"),
    f"/post/{ALICE}/{key(MADE_MS)}": (f"/api/v1/posts/{ALICE}/{key(MADE_MS)}/series", "likes"),
    "/network": ("/api/v1/network/series", "posts"),
}
"""The API's address of each page's chart, and its metric."""


@pytest.fixture(scope="module")
def found(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Four days of posts, likes of two of them and a few unlikes, with a gap of three hours."""
    with new_database(server) as conninfo:
        with closing(Rig(conninfo, tmp_path_factory.mktemp("periods"))) as rig:
            old, new = post_uri(ALICE, key(-HOURS * HOUR_MS)), post_uri(ALICE, key(MADE_MS))
            for hour in range(-HOURS, 1):
                at = hour * HOUR_MS
                likes = [like(old if at < MADE_MS else new, BOB, at + n) for n in range(1, 3 + hour % 7)]
                unlikes = [delete("like", key(at + 1), BOB, at + 50)] if hour % 5 == 0 else []
                rig.hand(post(ALICE, at, langs=["fr"]), *likes, *unlikes, at=at + 60)
            rig.hand(gaps=[Gap(NOON_US - 33 * HOUR_US, NOON_US - 30 * HOUR_US, "not_delivered")], at=60_000)
            rig.fold()
            rig.owner.execute("update account set handle = 'alice.example' where did = %s", (ALICE,))
        with site(conninfo, public_url="https://tally.example", web_misses_per_second=0) as running:
            yield running


def rows_of(found: Site, address: str) -> list[list[int]]:
    """The table behind a chart: numbers, newest first."""
    for heading, rows in found.get(address).page.tables.items():
        if heading in ("Likes", "Posts", "How it grew"):
            return [[int(cell.replace(",", "")) for cell in row[1:]] for row in rows]
    raise AssertionError(address)


def told(found: Site, page: str, begin: str, end: str, bucket: int) -> list[dict[str, Any]]:
    path, metric = OF[page]
    answer = found.get(f"{path}?metric={metric}&bucket={bucket}&from={begin}&to={end}")
    assert answer.status == 200, answer.body
    points: list[dict[str, Any]] = answer.json["points"]
    return points


def shown(points: list[dict[str, Any]], before: list[dict[str, Any]] | None = None) -> list[list[int]]:
    """What the table has to say of these points."""
    rows = []
    for at, point in enumerate(points):
        earlier = [before[at]["net"]] if before else []
        if point["gained"] or point["lost"] or any(earlier):
            rows.append([point["gained"], point["lost"], point["net"], *earlier])
    return rows[::-1]


def lines(body: bytes) -> list[tuple[str, str]]:
    """Class and path of each line."""
    return re.findall(r'<path class="l (\w+)" data-source="[^"]*" data-name="[^"]*" d="([^"]*)"', body.decode())


@pytest.mark.parametrize("page", OF)
def test_days_that_were_picked_are_the_apis(found: Site, page: str) -> None:
    points = told(found, page, "2026-07-02T00:00:00Z", "2026-07-04T00:00:00Z", 900)
    if page.startswith("/post"):  # it was made at eight in the evening, and its chart is the finer for that
        points = told(found, page, "2026-07-02T20:00:00Z", "2026-07-04T00:00:00Z", 900)
    assert rows_of(found, f"{page}?from=2026-07-02&to=2026-07-03") == shown(points)
    assert len(shown(points)) > 20


@pytest.mark.parametrize("page", OF)
def test_a_chart_leads_to_the_points_it_is_made_of(found: Site, page: str) -> None:
    address = f"{page}?range=1d&bucket=3600&previous=yes"
    sources = [unescape(str(value)) for name, value in found.get(address).page.attributes if name == "data-source"]
    assert len(sources) == 2
    before, now = (found.get(source).json["points"] for source in sources)
    assert rows_of(found, address) == shown(now, before)
    assert now[0]["time"] == "2026-07-03T13:00:00Z"
    assert [point["time"][11:] for point in before] == [point["time"][11:] for point in now]
    assert (before[0]["time"], before[-1]["time"]) == ("2026-07-02T13:00:00Z", "2026-07-03T12:00:00Z")


@pytest.mark.parametrize("page", OF)
def test_the_period_before_is_drawn_and_what_changed_is_said(found: Site, page: str) -> None:
    answer = found.get(f"{page}?range=1d&bucket=3600&previous=yes")
    assert [kind for kind, path in lines(answer.body) if path] == ["before", "now"]
    now = [p for p in told(found, page, "2026-07-03T13:00:00Z", "2026-07-04T13:00:00Z", 3600) if not p.get("partial")]
    before = told(found, page, "2026-07-02T13:00:00Z", "2026-07-03T13:00:00Z", 3600)[: len(now)]
    sums = [sum(point["net"] for point in points) for points in (now, before)]
    share = (sums[0] - sums[1]) / sums[1]
    words = "as many" if share == 0 else f"{abs(100 * share):.1f} % {'more' if share > 0 else 'fewer'}"
    said = re.sub(r"<[^>]+>", "", re.search(r'<p class="change">(.*?)</p>', answer.body.decode()).group(1))  # type: ignore[union-attr]
    expected = f"{sums[0]} in the 24 hours, {sums[1]} in the 24 hours before"
    if page.startswith("/post"):  # made seven hours into it
        assert said.startswith(f"{expected}. It was made 2026-07-02 20:00 UTC, so there is less of the earlier one.")
    else:
        assert said.startswith(f"{expected}: {words}.")
    assert said.endswith("What is still under way is left out of both.")
    assert len(now) == 23


def test_a_line_is_interrupted_where_a_gap_cuts_out_whole_buckets(found: Site) -> None:
    [(_, path)] = lines(found.get("/@alice.example?from=2026-07-03&to=2026-07-03&bucket=3600").body)
    assert (path.count("M"), path.count("L")) == (2, 24 - 3 - 2)
    [(_, path)] = lines(found.get("/@alice.example?from=2026-07-04&to=2026-07-04&bucket=3600").body)
    assert (path.count("M"), path.count("L")) == (1, 12)


def test_nothing_is_compared_with_what_was_not_counted(found: Site) -> None:
    answer = found.get("/@alice.example?range=7d&previous=yes")
    assert b"There is nothing to compare with: counting began" in answer.body
    assert [kind for kind, _ in lines(answer.body)] == ["now"]
    answer = found.get("/@alice.example?from=2026-07-02&to=2026-07-03&previous=yes")
    assert b"so there is less of the earlier one" in answer.body
    assert re.search(rb"% (more|fewer)", answer.body) is None
    [(_, before), (_, now)] = lines(answer.body)
    assert not before.startswith("M0.0")
    assert now.startswith("M0.0")


@pytest.mark.parametrize(
    ("asked", "bucket"),
    [("range=1d", 900), ("range=7d", 3600), ("range=30d", 21_600), ("range=90d", 86_400), ("range=all", 604_800),
     ("range=1d&bucket=300", 300), ("range=7d&bucket=60", 900), ("from=2026-07-01&to=2026-07-03&bucket=60", 900),
     ("from=2026-07-04", 300), ("to=2026-07-01", 900), ("range=all&bucket=604800", 604_800)],
)  # fmt: skip
def test_a_bucket_is_as_fine_as_was_picked_or_as_it_may_be(found: Site, asked: str, bucket: int) -> None:
    for previous in ("", "&previous=yes"):
        answer = found.get(f"/@alice.example?{asked}{previous}")
        assert answer.status == 200
        sources = [str(value) for name, value in answer.page.attributes if name == "data-source"]
        assert {re.search(r"bucket=(\d+)", source).group(1) for source in sources} == {str(bucket)}  # type: ignore[union-attr]
        assert [found.get(unescape(source)).status for source in sources] == [200] * len(sources)


@pytest.mark.parametrize(
    "asked",
    ["from=2026-07-03&to=2026-07-02", "from=2026-7-1", "from=2026-13-01", "from=2026-02-30", "from=2026-07-05",
     "to=2026-06-29", "bucket=61", "bucket=x", "range=2d", "previous=maybe", "from=1999-01-01", "to=9999-12-31",
     "from=2026-07-02T00:00:00Z"],
)  # fmt: skip
def test_what_can_not_be_picked_is_refused(found: Site, asked: str) -> None:
    for page in OF:
        answer = found.get(f"{page}?{asked}")
        assert answer.status == 400, page
        assert answer.page.tags.count("h1") == 1


@pytest.mark.parametrize(("asked", "cut"), [("range=1d", False), ("range=30d", True), ("from=2026-07-01", False)])
def test_a_chart_that_begins_later_than_asked_says_why(found: Site, asked: str, cut: bool) -> None:
    words = re.sub(rb"<[^>]+>", b"", found.get(f"/@alice.example?{asked}").body)
    assert (b"Counting began 2026-06-30 12:00 UTC: there is nothing before." in words) is cut


def test_days_of_long_ago_and_of_long_from_now_end_where_counting_does(found: Site) -> None:
    points = told(found, "/network", "2026-06-30T12:00:00Z", "2026-07-04T13:00:00Z", 3600)
    assert rows_of(found, "/network?from=2000-01-01&to=2199-12-31&bucket=3600") == shown(points)
    assert sum(point["net"] for point in points) == HOURS + 1


@pytest.mark.parametrize("previous", ["yes", "no"])
def test_a_period_asks_for_nothing_finer_than_is_kept(previous: Any) -> None:
    watermark = datetime(2026, 7, 4, 11, 47, 31, tzinfo=UTC)
    minutes_from, hours_from = watermark - timedelta(days=3), watermark - timedelta(days=40)
    for first, later in itertools.product((1, 50, 400), range(0, 1440, 97)):
        now = watermark + timedelta(minutes=later)
        midnight = now.replace(hour=0, minute=0, second=0)
        head = Head(
            "", now, now, True, now - timedelta(days=first), now.replace(minute=0, second=0), midnight, minutes_from,
            hours_from, now,
        )  # fmt: skip
        days = [{"from_": (now - timedelta(days=ago)).date()} for ago in (0, 2, 3, 20, 39, 300)]
        for given, bucket in itertools.product([*({"range": each} for each in RANGES), *days], [UNSET, *BUCKETS]):
            period = period_of(Picked(bucket=bucket, previous=previous, **given), head)  # type: ignore[arg-type]
            for each in (period, period.before if previous == "yes" else None):
                if each is not None:
                    stretch = stretch_of(asking.Series(**each.asked), head)
                    assert (stretch.begin, stretch.end) == (each.begin, each.end)
                    assert (each.end - each.begin) / each.bucket <= 720


@pytest.mark.parametrize("bucket", [60, 1800, 3000, 3600, 21_600, 43_200, 86_400, 604_800])
@pytest.mark.parametrize("days_ago", [0, 100])
def test_a_series_without_a_beginning_has_as_many_points_as_are_kept(bucket: int, days_ago: int) -> None:
    """Of a site that has been there for longer than minutes and hours are kept; of long ago there are days alone."""
    now = datetime(2026, 7, 4, 11, 47, 31, tzinfo=UTC)
    midnight = now.replace(hour=0, minute=0, second=0)
    head = Head(
        "", now, now, True, now - timedelta(days=1000), now.replace(minute=0, second=0), midnight,
        midnight - timedelta(days=3), midnight - timedelta(days=40), now,
    )  # fmt: skip
    ask = asking.Series(bucket=bucket, to=now - timedelta(days=days_ago) if days_ago else UNSET)
    if days_ago and bucket < 86_400:
        with pytest.raises(Problem, match="the nearest allowed is 86400"):
            stretch_of(ask, head)
        return
    stretch = stretch_of(ask, head)
    assert stretch.begin >= (head.minutes_from if bucket % 3600 else head.hours_from if bucket % 86_400 else head.first)
    expected = {60: 120, 1800: 120, 3000: 101, 3600: 168, 21_600: 162, 43_200: 81, 86_400: 90, 604_800: 52}
    assert (stretch.end - stretch.begin) // stretch.bucket == expected[bucket]


def test_times_are_in_utc_whatever_zone_they_are_asked_in(found: Site) -> None:
    def asked(begin: str, end: str) -> Any:
        return found.get(f"/api/v1/network/series?metric=posts&bucket=3600&from={begin}&to={end}")

    there, here = asked("2026-07-02T05:00:00-05:00", "2026-07-02T20:00:00%2B02:00"), asked(
        "2026-07-02T10:00:00Z", "2026-07-02T18:00:00Z"
    )
    assert there.json == here.json
    assert (there.json["from"], there.json["points"][0]["time"]) == ("2026-07-02T10:00:00Z",) * 2
    assert " hit" in here.headers["cache-status"]


@pytest.mark.parametrize("window", ["1h", "1d", "7d", "30d", "90d", "all"])
def test_an_embedded_chart_says_the_number_of_its_window(found: Site, window: str) -> None:
    totals = found.get(f"/api/v1/accounts/{ALICE}").json["totals"][window]
    for metric in ("likes_received", "posts"):
        body = found.get(f"/embed/{ALICE}?metric={metric}&window={window}").body.decode()
        assert f"</h2><b>{totals[metric]['net']:,}</b>" in re.sub(r"</?data[^>]*>", "", body)


@pytest.mark.parametrize("page", OF)
def test_everything_that_may_be_picked_is_an_address(found: Site, page: str) -> None:
    given = "?window=1d" if page.startswith("/@") else "?"
    body = found.get(f"{page}{given}&range=1d&previous=yes").body.decode()
    picks = [unescape(each) for each in re.findall(r'href="((?:/@|/post|/network)[^"]*)"', body) if "=" in each]
    assert len({each for each in picks if "range=" in each}) >= 5
    assert len({each for each in picks if "bucket=" in each}) >= 4
    assert {found.get(each).status for each in picks} == {200}
    assert [each for each in picks if "previous=" not in each], "it can be switched off"
    if page.startswith("/@"):
        assert all("window=" in each for each in picks if "range=" in each)


def test_the_form_takes_along_what_else_was_picked(found: Site) -> None:
    body = found.get("/@alice.example?window=1d&metric=posts&range=1d&bucket=300&previous=yes").body.decode()
    form = re.search(r'<form class="days".*?</form>', body, re.DOTALL).group(0)  # type: ignore[union-attr]
    assert 'action="/@alice.example"' in form
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form) == [
        ("previous", "yes"), ("window", "1d"), ("metric", "posts")
    ]  # fmt: skip
    assert re.findall(r'type="date" name="(\w+)" value="([\d-]+)" min="([\d-]+)" max="([\d-]+)"', form) == [
        ("from", "2026-07-03", "2026-06-30", "2026-07-04"), ("to", "2026-07-04", "2026-06-30", "2026-07-04")
    ]  # fmt: skip


def test_the_network_has_the_apis_totals(found: Site) -> None:
    tables = found.get("/network").page.tables["By window"]
    shown = {row[0]: [int(cell.replace(",", "")) for cell in row[1:]] for row in tables[:6]}
    of = {
        window: found.get(f"/api/v1/network/totals?window={window}").json["totals"]
        for window in ("1h", "1d", "7d", "30d")
    }
    assert shown == {
        metric.capitalize(): [totals[metric]["net"] for totals in of.values()]
        for metric in ("posts", "replies", "quotes", "likes", "reposts", "follows")
    }
    assert shown["Likes"][3] > shown["Likes"][1] > 0
    assert "complete in 3 days" in found.get("/network").body.decode()


def test_home_leads_to_the_charts_of_its_figures(found: Site) -> None:
    body = found.get("/").body.decode()
    for metric in ("posts", "likes", "reposts", "follows"):
        assert f'href="/network?metric={metric}&amp;range=1d"' in body
        assert found.get(f"/network?metric={metric}&range=1d").status == 200


def test_several_accounts_are_side_by_side_as_the_api_has_them(found: Site) -> None:
    answer = found.get(f"/compare?actors=alice.example,{BOB}&metric=posts&range=1d&bucket=3600")
    assert [kind for kind, path in lines(answer.body) if path] == ["two", "one"]
    asked = f"actors={ALICE},{BOB}&metric=posts&bucket=3600&from=2026-07-03T13:00:00Z&to=2026-07-04T13:00:00Z"
    series = found.get(f"/api/v1/compare?{asked}").json["series"]
    points = list(zip(*(each["points"] for each in series), strict=True))
    rows = [[int(cell) for cell in row[1:]] for row in answer.page.tables["Posts"]]
    assert rows == [[point["net"] for point in each] for each in reversed(points)]
    [source] = [unescape(each) for each in re.findall(r'href="(/api/v1/compare[^"]*format=csv)"', answer.body.decode())]
    assert found.get(source).body.count(b"\n") == 2 * 24 + 1
