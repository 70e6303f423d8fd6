"""What the API says is what the audit's own recount says: over the genuine recording and over a simulated day."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.recording import read
from benchmarks.simulator import Simulation
from collector.boards import Boards
from collector.log_boards import INTERVAL_S, LogBoards
from ops.audit.boards import WINDOWS_US as OF_AUDIT
from ops.audit.boards import Line, _listed, count_window, deleted_posts
from ops.audit.content import POST
from ops.audit.deliveries import deliveries
from ops.audit.frames import Event
from ops.audit.recount import Recount, recount
from ops.audit.syntax import tid_text
from tests.collector.frames import NOON_US
from tests.collector.language_count import in_language
from tests.collector.rig import Rig
from tests.collector.test_end_to_end import GENUINE
from tests.conftest import new_database
from tests.web.site import Site, site

EVENTS = 9_000
WINDOWS_US = {name: length for name, length in OF_AUDIT.items() if name != "all"}
METRICS = (
    "posts", "replies", "quotes", "likes", "reposts", "follows", "replies_received", "quotes_received",
    "likes_received", "reposts_received", "mentions_received", "followers",
)  # fmt: skip
ENGAGING = ("likes_received", "reposts_received", "replies_received", "quotes_received")
OF_ACCOUNTS = ("likes_received", "reposts_received", "replies_received", "quotes_received", "mentions_received",
               "followers", "engagement", "posts")  # fmt: skip
DIMENSION_OF = {"hashtags": "hashtag", "links": "link", "domains": "domain", "emoji": "emoji", "languages": "language"}
KINDS = tuple(DIMENSION_OF)


class Told:
    """A site, and what it must say."""

    def __init__(self, found: Site, events: list[Event]) -> None:
        self.site, self.events = found, events
        self.total: Recount = recount(events)
        self.gone = deleted_posts(events)
        away = {did for did, status in self.total.statuses.items() if not status.active}
        self.hidden = {*away, *self.total.unlisted()}

    def get(self, path: str) -> Any:
        answer = self.site.get(f"/api/v1{path}")
        assert answer.status == 200, (path, answer.body)
        return answer.json

    def board(self, kind: str, metric: str, window: str, as_of: str) -> list[Line]:
        counted = count_window(self.total, window, us(as_of))
        return _listed(counted, (kind, metric), self.hidden, self.gone)

    def busiest(self, count: int) -> list[str]:
        gained: Counter[str] = Counter()
        for (_, did, _), n in self.total.accounts.gained.items():
            gained[str(did)] += n
        return [did for did, _ in gained.most_common() if did not in self.hidden][:count]


def us(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1e6)


def simulated() -> list[bytes]:
    events = Simulation(seed=11, rate=EVENTS / 86_400, accounts_count=3_000, start_us=NOON_US).events()
    return [line for _, line in itertools.islice(events, EVENTS)]


@pytest.fixture(scope="module", params=["a simulated day", "the genuine recording"])
def told(request: pytest.FixtureRequest, server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    frames = simulated()
    if request.param == "the genuine recording":
        path = Path(__file__).parents[2].parent / "shared" / "recorded" / GENUINE
        if not path.exists():
            pytest.skip("the genuine recordings (../shared/recorded) are not here")
        frames = list(read(path))
    delivered = deliveries(frames, NOON_US + 10**13, lambda _: None)
    with new_database(server) as conninfo, closing(Rig(conninfo, tmp_path_factory.mktemp("rig"))) as rig:
        last_ms = 0
        for batch in batches(frames):
            last_ms = max(last_ms, *[(event.time - NOON_US) // 1000 for event in in_batch(batch)])
            rig.hand(*batch, at=last_ms)
        rig.fold()
        made = Boards(rig.roller, 1100, 1000)
        while made.keep_hour():
            pass
        made.refresh()
        for window in INTERVAL_S:
            LogBoards(rig.roller, 1100).make(window)
        with site(conninfo, web_misses_per_second=0.0) as found:
            yield Told(found, list(delivered.counted()))


def batches(frames: list[bytes]) -> Iterator[list[bytes]]:
    for begin in range(0, len(frames), 500):
        yield frames[begin : begin + 500]


def in_batch(frames: Any) -> list[Event]:
    return list(deliveries(frames, NOON_US + 10**13, lambda _: None).events.values())


@pytest.mark.parametrize("window", WINDOWS_US)
def test_boards_are_the_lists_of_the_recount(told: Told, window: str) -> None:
    for metric in OF_ACCOUNTS:
        found = told.get(f"/top/accounts?metric={metric}&window={window}&limit=1000")
        must = told.board("accounts", metric, window, found["as_of"])
        assert [(r["did"], r["gained"], r["lost"]) for r in found["rows"]] == must[:1000]
        assert [r["rank"] for r in found["rows"]] == list(range(1, len(found["rows"]) + 1))
        assert all(r["value"] == r["gained"] - r["lost"] for r in found["rows"])
    for metric in ("likes", "reposts", "replies", "quotes", "engagement"):
        found = told.get(f"/top/posts?metric={metric}&window={window}&limit=1000")
        must = told.board("posts", metric, window, found["as_of"])
        assert [(r["uri"], r["gained"], r["lost"]) for r in found["rows"]] == must[:1000]
        value = {"engagement": ("likes", "reposts", "replies", "quotes")}.get(metric, (metric,))
        assert all(r["value"] == sum(r[each] for each in value) for r in found["rows"])


@pytest.mark.parametrize("window", WINDOWS_US)
@pytest.mark.parametrize("kind", KINDS)
def test_boards_of_terms_have_posts_and_authors_of_the_recount(told: Told, kind: str, window: str) -> None:
    for by in ("posts", "authors"):
        found = told.get(f"/top/{kind}?by={by}&window={window}&limit=1000")
        counted = count_window(told.total, window, us(found["as_of"]))
        must = [key for key, _, _ in told.board(kind, by, window, found["as_of"])]
        assert [row["key"] for row in found["rows"]] == must[:1000]
        for row in found["rows"]:
            gained, lost = counted.gained[kind, "posts"][row["key"]], counted.lost[kind, "posts"][row["key"]]
            assert row["posts"] == gained - lost
            assert row["authors"] == counted.gained[kind, "authors"][row["key"]]


@pytest.mark.parametrize("window", ["1h", "1d", "7d"])
@pytest.mark.parametrize("kind", KINDS)
def test_boards_of_terms_in_one_language_are_the_lists_of_the_recount(told: Told, kind: str, window: str) -> None:
    for language in ("en", "ja", "und"):
        for by in ("posts", "authors"):
            found = told.get(f"/top/{kind}?by={by}&window={window}&lang={language}&limit=1000")
            rows = [(row["key"], row["posts"], row["authors"]) for row in found["rows"]]
            begin, end = us(found["from"]), us(found["to"])
            assert rows == in_language(told.events, language, DIMENSION_OF[kind], by, begin, end)[:1000]


def test_an_account_has_the_totals_and_the_series_of_the_recount(told: Told) -> None:
    for did in told.busiest(5):
        found = told.get(f"/accounts/{did}")
        for window, (length, step) in {**WINDOWS_US, "all": (10**16, 60_000_000)}.items():
            as_of = us(found["as_of"])
            first = as_of - as_of % step + step - length
            assert found["totals"][window] == totals(told, did, first)
        for metric in (*METRICS, "engagement"):
            check_series(told, f"/accounts/{did}/series?metric={metric}", told.total.accounts, (did,), metric)


def totals(told: Told, did: str, first: int) -> dict[str, dict[str, int]]:
    sums = {}
    for metric in METRICS:
        sides = [
            sum(n for (minute, *key), n in side.items() if key == [did, metric] and int(str(minute)) >= first)
            for side in (told.total.accounts.gained, told.total.accounts.lost)
        ]
        sums[metric] = sides
    sums["engagement"] = [sum(sums[metric][side] for metric in ENGAGING) for side in (0, 1)]
    return {m: {"gained": gained, "lost": lost, "net": gained - lost} for m, (gained, lost) in sums.items()}


def check_series(told: Told, path: str, sums: Any, key: tuple[Any, ...], metric: str) -> None:
    """Every bucket of the series, in minutes, hours and days."""
    joined = "&" if "?" in path else "?"
    for bucket in (300, 3600, 86_400, 604_800):
        begin = datetime.fromtimestamp(NOON_US / 1e6, UTC) - timedelta(hours=2)
        end = begin + timedelta(hours=28)
        span = f"from={begin:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
        found = told.get(f"{path}{joined}bucket={bucket}&{span}")
        monday_us = us("1970-01-05T00:00:00Z")
        must: dict[int, list[int]] = {us(point["time"]): [0, 0] for point in found["points"]}
        assert list(must) == list(range(us(found["from"]), us(found["to"]), bucket * 10**6))
        parts = {"engagement": ENGAGING}.get(metric, (metric,))
        for side, counts in enumerate((sums.gained, sums.lost)):
            for (minute, *rest), n in counts.items():
                if tuple(rest) in {(*key, part) for part in parts}:
                    at = minute - (minute - monday_us) % (bucket * 10**6)
                    if at in must:
                        must[at][side] += n
        assert {us(point["time"]): [point["gained"], point["lost"]] for point in found["points"]} == must
        assert all(point["net"] == point["gained"] - point["lost"] for point in found["points"])


def test_the_network_has_the_totals_and_the_series_of_the_recount(told: Told) -> None:
    for metric in (*METRICS, "engagement"):
        check_series(told, f"/network/series?metric={metric}", told.total.totals, (), metric)
    for window, (length, step) in WINDOWS_US.items():
        found = told.get(f"/network/totals?window={window}")
        first = us(found["as_of"]) - us(found["as_of"]) % step + step - length
        for metric in METRICS:
            gained, lost = (
                sum(n for (minute, name), n in side.items() if name == metric and int(str(minute)) >= first)
                for side in (told.total.totals.gained, told.total.totals.lost)
            )
            assert found["totals"][metric] == {"gained": gained, "lost": lost, "net": gained - lost}
        events: Counter[tuple[str, str]] = Counter()
        words = {"c": "create", "u": "update", "d": "delete", "e": "event"}
        for (minute, collection, operation), n in told.total.network.gained.items():
            if int(str(minute)) >= first:
                events[str(collection), words[str(operation)]] += n
        assert {(name, what): n for name, each in found["events"].items() for what, n in each.items()} == events


def test_posts_have_the_numbers_of_the_recount(told: Told) -> None:
    best = told.get("/top/posts?window=1d&limit=3")["rows"]
    for row in best:
        path = f"/posts/{row['did']}/{row['rkey']}"
        found = told.get(path)
        net = {metric: amounts["net"] for metric, amounts in found["totals"]["1d"].items()}
        assert net.pop("engagement") == row["value"]
        assert net == {metric: row[metric] for metric in ("likes", "reposts", "replies", "quotes")}
        check_series(
            told, f"{path}/series?metric=likes", told.total.posts, (row["did"], rkey_of(row["rkey"], told)),
            "likes_received",
        )  # fmt: skip
        mine = told.get(f"/accounts/{row['did']}/top-posts?window=1d&limit=1000")["rows"]
        board = told.board("posts", "engagement", "1d", found["as_of"])
        assert sorted((r["uri"], r["gained"], r["lost"]) for r in mine) == sorted(
            line for line in board if line[0].startswith(f"at://{row['did']}/{POST}/")
        )


def rkey_of(text: str, told: Told) -> Any:
    return next((key[2] for key in told.total.posts.gained if tid_text(key[2]) == text), None)


def test_a_heatmap_adds_up_to_the_recount(told: Told) -> None:
    for did in told.busiest(2):
        found = told.get(f"/accounts/{did}/heatmap?metric=likes&window=7d&tz=Asia/Tokyo")
        must = [[0] * 24 for _ in range(7)]
        for (minute, who, metric), n in told.total.accounts.gained.items():
            if (who, metric) == (did, "likes"):
                local = datetime.fromtimestamp(int(str(minute)) / 1e6, UTC) + timedelta(hours=9)
                must[local.weekday()][local.hour] += n
        assert found["counts"] == must


def test_a_term_has_the_series_of_the_recount(told: Told) -> None:
    for kind, dimension in (("languages", "language"), ("hashtags", "hashtag")):
        rows = told.get(f"/top/{kind}?window=1d&limit=2")["rows"]
        for row in rows:
            check_series(told, f"/top/{kind}/{row['key']}/series", told.total.terms, (dimension,), row["key"])
