"""Levels and timelines are those of an independent recount: over a simulated week, by two rulesets of ours and one that
gives back."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.simulator import Simulation
from collector.boards import Boards
from ops.audit.deliveries import deliveries
from ops.audit.frames import Event
from ops.audit.recount import Recount, recount
from tests.collector.frames import ALICE, BOB, NOON_US, delete, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.collector.test_experience import images, repost
from tests.conftest import new_database
from tests.web.site import Site, site
from tests.web.test_events import paged

EVENTS = 10_000
WEEK_MS = 7 * 86_400_000
POINTS = {
    "article": {"post": (50, 60, 70), "like": 10, "repost": (50, 60, 70), "unknown": 50},
    "code": {"post": (30, 130, 180), "like": 10, "repost": (10, 10, 10), "unknown": 10},
    "returning": {"post": (7, 5, 3), "like": 1, "repost": (2, 4, 8), "unknown": 0},
}  # fmt: skip
OWN = """
insert into ruleset values ('returning', 3, now(), false, 7, 5, 3, 1, 2, 4, 8, 0, 0, 'return')
"""


class Told:
    """A site, and what it must say."""

    def __init__(self, found: Site, events: list[Event]) -> None:
        self.site, self.events = found, events
        self.total: Recount = recount(events)

    def get(self, path: str) -> Any:
        answer = self.site.get(f"/api/v1{path}")
        assert answer.status == 200, (path, answer.body)
        return answer.json

    def events_of(self, did: str) -> list[Any]:
        """All that is logged, in long pages."""
        rows: list[Any] = []
        cursor = ""
        while cursor is not None:
            page = self.get(f"/accounts/{did}/events?limit=1000{cursor and '&cursor='}{cursor}")
            rows, cursor = rows + page["events"], page["cursor"]
        return rows

    def experience(self, did: str, ruleset: str) -> int:
        """By the recount: what is of no class is plain, or unknown."""
        gained, lost = (
            Counter({key[2]: 0 for key in sums}) for sums in (self.total.accounts.gained, self.total.accounts.lost)
        )
        for into, sums in ((gained, self.total.accounts.gained), (lost, self.total.accounts.lost)):
            for (_, account, metric), n in sums.items():
                into[metric] += n if account == did else 0
        net = {m: gained[m] - (lost[m] if ruleset == "returning" else 0) for m in {*gained, *lost}}
        of: Any = POINTS[ruleset]
        shown = [net.get("posts_with_media", 0), net.get("posts_with_alt", 0)]
        posts = [net.get("posts", 0) + net.get("replies", 0) - sum(shown), *shown]
        kinds = [net.get(f"reposts_of_{kind}", 0) for kind in ("text", "media", "alt")]
        return int(
            sum(n * points for n, points in zip(posts, of["post"], strict=True))
            + sum(n * points for n, points in zip(kinds, of["repost"], strict=True))
            + (net.get("reposts", 0) - sum(kinds)) * of["unknown"] + net.get("likes", 0) * of["like"]
        )  # fmt: skip

    def active(self) -> list[str]:
        """Accounts that are shown, and their number of doings; the busiest first."""
        away = {did for did, status in self.total.statuses.items() if not status.active} | self.total.unlisted()
        made = Counter(event.key[0] for event in self.events if event.content is not None)
        return [did for did, _ in made.most_common() if did not in away]


@pytest.fixture(scope="module")
def told(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    stream = Simulation(seed=5, rate=EVENTS / (WEEK_MS / 1000), accounts_count=300, start_us=NOON_US).events()
    lines = [line for _, line in itertools.islice(stream, EVENTS)]
    with new_database(server) as conninfo, closing(Rig(conninfo, tmp_path_factory.mktemp("rig"))) as rig:
        for begin in range(0, EVENTS, 1_000):
            rig.hand(*lines[begin : begin + 1_000], at=(begin + 1_000) * WEEK_MS // EVENTS)
            rig.fold()
        rig.hand(at=WEEK_MS + 3_600_000)
        rig.fold()
        rig.owner.execute(OWN)
        assert rig.one("select count(*) from repost_tally") == 0
        Boards(rig.roller, 100, 40).refresh()
        events = list(deliveries(lines, NOON_US + 2 * WEEK_MS * 1000, lambda line: None).counted())
        with site(conninfo, web_misses_per_second=0.0) as found:
            yield Told(found, events)


@pytest.mark.parametrize("ruleset", POINTS)
def test_levels_are_those_of_the_recount(told: Told, ruleset: str) -> None:
    metrics = {metric for _, _, metric in told.total.accounts.gained}
    assert metrics >= {"posts_with_media", "posts_with_alt", "reposts_of_text", "reposts_of_media", "reposts_of_alt"}
    assert any(metric == "reposts" for _, _, metric in told.total.accounts.lost)
    for did in told.active()[:40]:
        found = told.get(f"/accounts/{did}/level?ruleset={ruleset}")
        must = told.experience(did, ruleset)
        assert (found["ruleset"], found["experience"]) == (ruleset, must), did
        assert found["level"] == (1 if must < 50 else 1 + (must - 50) // 100)
        assert found["experience_to_next_level"] == 50 + 100 * found["level"]
        assert found["remaining"] == found["experience_to_next_level"] - must
        assert found["version"] == (3 if ruleset == "returning" else 1)


def test_a_timeline_goes_down_from_the_level_of_now_by_what_each_event_earned(told: Told) -> None:
    for did in [*told.active()[:3], told.active()[-1]]:
        level = told.get(f"/accounts/{did}/level")
        rows = told.events_of(did)
        had = level["experience"]
        for row in rows:
            assert row["level"] == (1 if had < 50 else 1 + (had - 50) // 100), row
            had -= row["experience"]
        assert had == 0  # the log has all of the week
        assert {row["experience"] for row in rows if row["operation"] != "create"} <= {0}
        gained = level["level"] - (1 if (before := level["experience"] - rows[0]["experience"]) < 50
                                   else 1 + (before - 50) // 100)  # fmt: skip
        assert level["levels_gained"] == gained
        account = told.get(f"/accounts/{did}")
        assert account["level"] == {name: level[name] for name in account["level"]}


def test_pages_of_a_timeline_are_the_timeline_whatever_is_left_out(told: Told) -> None:
    did = told.active()[4]
    whole = told.get(f"/accounts/{did}/events?limit=1000")
    assert paged(told.site, f"/accounts/{did}/events", "events") == whole["events"]
    reposts = paged(told.site, f"/accounts/{did}/events?type=repost", "events")
    assert reposts == [row for row in whole["events"] if row["type"] == "repost"] != []
    assert whole["logged_from"] == "2026-07-04T00:00:00Z"


def test_boards_have_those_with_most_experience_in_a_window_and_ever(told: Told) -> None:
    must = {did: told.experience(did, "article") for did in told.active()}
    order = sorted(must, key=lambda did: (-must[did], did.encode()))[:100]
    level = told.get("/top/accounts?metric=level&window=1h")
    assert [(row["rank"], row["did"], row["value"], row["lost"]) for row in level["rows"]] == [
        (rank, did, must[did], 0) for rank, did in enumerate(order, 1)
    ]
    assert (level["window"], level["from"], level["complete_since"]) == ("all", "2026-07-04T00:00:00Z", None)
    month = told.get("/top/accounts?metric=experience&window=30d")
    assert [row["did"] for row in month["rows"]] == order
    assert told.get("/top/accounts?metric=experience&window=1d")["rows"] != month["rows"]
    first = told.get(f"/accounts/{order[0]}")
    assert first["ranks"]["all"] == {"level": 1}
    assert first["ranks"]["30d"]["experience"] == 1
    for path in ("/api/v1/top/accounts", "/top/accounts", "/card/top/accounts.png"):
        shared = [told.site.get(f"{path}?metric=level").headers["cache-status"] for _ in range(2)][1]
        assert int(shared.removeprefix("skytally; hit; ttl=")) > 6000, path  # it is made once an hour
    page = told.site.get("/top/accounts?metric=level").page
    (rows,) = page.tables.values()
    assert rows[0][3].strip() == f"{1 + (must[order[0]] - 50) // 100:,}"


def test_who_is_not_known_is_no_character_and_a_ruleset_that_is_none_is_refused(told: Told) -> None:
    nobody = told.site.get("/api/v1/accounts/did:plc:nobody/level")
    assert (nobody.status, nobody.json["type"]) == (404, "/docs#not-found")
    assert nobody.json["detail"] == "no event of did:plc:nobody has come by, nor any about it"
    refused = told.site.get(f"/api/v1/accounts/{told.active()[0]}/level?ruleset=none")
    assert refused.status == 400
    assert refused.json["detail"] == "ruleset: there is none of this name; there are: article, code, returning"


def test_posts_from_before_are_worth_what_the_ruleset_says(conninfo: str, tmp_path: Path) -> None:
    with closing(Rig(conninfo, tmp_path)) as rig:
        rig.hand(post(), like(post_uri(BOB, key(0)), at=1))
        rig.fold()
        rig.owner.execute("update account set posts_before = 7 where did = %s", (ALICE,))
        with site(conninfo) as found:
            earned = {
                ruleset: found.get(f"/api/v1/accounts/{ALICE}/level?ruleset={ruleset}").json["experience"]
                for ruleset in ("article", "code")
            }
    assert earned == {"article": 50 + 10, "code": 30 + 10 + 7 * 30}


def test_what_is_not_decided_yet_is_worth_what_is_unknown(conninfo: str, tmp_path: Path) -> None:
    with closing(Rig(conninfo, tmp_path)) as rig:
        rig.hand(post(BOB, embed=images("a cat")), repost(post_uri(BOB, key(0)), at=1), like("at://x/y/z", at=2), at=3)
        rig.fold()
        with site(conninfo, web_misses_per_second=0.0) as found:

            def said() -> tuple[int, list[int]]:
                level = found.get(f"/api/v1/accounts/{ALICE}/level").json
                events = found.get(f"/api/v1/accounts/{ALICE}/events").json["events"]
                return level["experience"], [event["experience"] for event in events]

            assert said() == (60, [10, 50])
        rig.hand(delete("like", key(2), at=61_000), at=62_000)
        rig.fold()
        rig.owner.execute("delete from cache.entry")
        with site(conninfo, web_misses_per_second=0.0) as found:
            assert said() == (80, [0, 10, 70])


def test_the_page_of_an_account_has_its_level_and_so_has_its_badge(told: Told) -> None:
    for did in (told.active()[0], told.active()[-1]):
        level = told.get(f"/accounts/{did}/level")
        page = told.site.get(f"/account/{did}").body.decode()
        assert f"<h2>Level {level['level']:,}</h2>" in page
        assert f'<progress max="100" value="{level["progress_percentage"]}">' in page
        days = {event.time // 86_400_000_000 for event in told.events if event.key[0] == did and event.content}
        streak = 0
        today = NOON_US // 86_400_000_000 + 7
        first = today if today in days else today - 1
        while first - streak in days:
            streak += 1
        said = {0: "", 1: "active 1 day", **{n: f"active {n} days in a row" for n in range(2, 9)}}[streak]
        assert said in page
        assert ("active " in page.split("<progress")[0].split("<h2>Level")[1]) == (streak > 0)
        badge = told.site.get(f"/badge/{did}/level.svg")
        assert (badge.status, f">{level['level']:,}<" in badge.body.decode()) == (200, True)


def test_level_ups_are_told_by_their_days(told: Told) -> None:
    did = told.active()[0]
    reached: dict[str, tuple[int, int]] = {}
    for row in reversed(told.events_of(did)):
        day = row["time"][:10]
        reached[day] = (reached.get(day, (row["level"],))[0], row["level"])
    page = told.site.get(f"/account/{did}").body.decode()
    lately = page.split("Lately:")[1].split("How levels are made")[0]
    days = sorted(reached, reverse=True)[:5]
    for day, earlier in zip(days, sorted(reached, reverse=True)[1:6], strict=False):
        assert f"from {reached[earlier][1]:,} to {reached[day][1]:,}" in lately, (day, lately)


def test_the_method_works_the_table_of_the_article_through(told: Told) -> None:
    tables = told.site.get("/method").page.tables
    earns, worked = tables["Levels"], tables["Levels, worked through"]
    assert [(points, *reached) for (_, points), (_, *reached) in zip(earns, worked, strict=True)] == [
        ("50", "50", "1", "150", "33 %"), ("60", "110", "1", "150", "73 %"), ("70", "180", "2", "250", "30 %"),
        ("10", "190", "2", "250", "40 %"), ("50", "240", "2", "250", "90 %"), ("60", "300", "3", "350", "50 %"),
        ("70", "370", "4", "450", "20 %"), ("50", "420", "4", "450", "70 %"),
    ]  # fmt: skip
