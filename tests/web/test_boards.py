"""Reading boards and series: what is on a page, whom it leaves out at once, what it was before, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.batch import Gap
from collector.boards import Boards
from collector.log_boards import LogBoards
from collector.windows import HOUR_LONG
from tests.collector.frames import ALICE, BOB, CAROL, NOON_US, delete, key, like, notice, post, post_uri
from tests.collector.rig import Rig
from tests.web.site import Answer, site

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
HOUR_MS, HOUR = 3_600_000, timedelta(hours=1)
DAVE = "did:plc:" + "d" * 24


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


def likes(of: str, count: int, at: int) -> list[bytes]:
    return [like(post_uri(of, "3mpsz5xmars22"), DAVE, at + n) for n in range(count)]


def ask(rig: Rig, path: str, **headers: str) -> Answer:
    """The answer of a site that has answered nothing before."""
    rig.owner.execute("truncate cache.entry")
    with site(rig.conninfo) as found:
        return found.get(f"/api/v1{path}", **headers)


def page(rig: Rig, window: str = "1h", **named: Any) -> list[tuple[Any, ...]]:
    given = "".join(f"&{name}={moment(value) if name == 'as_of' else value}" for name, value in named.items())
    found = ask(rig, f"/top/accounts?metric=likes_received&window={window}{given}")
    assert found.status == 200, found.body
    columns = ("rank", "did", "value", "previous_rank", "previous_value")
    return [tuple(row[name] for name in columns) for row in found.json["rows"]]


def moment(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def make(rig: Rig) -> None:
    """Fold, keep the hours that have ended, and make the boards."""
    rig.fold()
    made = Boards(rig.roller, 100, 40)
    while made.keep_hour():
        pass
    made.refresh()


def test_a_page_has_ranks_and_those_of_one_window_earlier(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 3, 0), *likes(BOB, 5, 10), at=59 * 60_000)
    rig.hand(*likes(ALICE, 9, HOUR_MS), *likes(BOB, 2, HOUR_MS + 10), *likes(CAROL, 2, HOUR_MS + 20), at=HOUR_MS + 99)
    rig.hand(*likes(ALICE, 1, 2 * HOUR_MS), at=2 * HOUR_MS + 59 * 60_000)
    make(rig)
    assert page(rig) == [(1, ALICE, 1, 1, 9)]
    assert page(rig, as_of=NOON + HOUR) == [(1, BOB, 5, None, None), (2, ALICE, 3, None, None)]
    assert page(rig, as_of=NOON + 2 * HOUR) == [(1, ALICE, 9, 2, 3), (2, BOB, 2, 1, 5), (3, CAROL, 2, None, None)]
    assert page(rig, as_of=NOON + 2 * HOUR, offset=1, limit=1) == [(2, BOB, 2, 1, 5)]
    beyond = ask(rig, "/top/accounts?as_of=2026-07-04T14:00:00Z&offset=9").json
    assert (beyond["total"], beyond["rows"], beyond["as_of"]) == (3, [], "2026-07-04T14:00:00Z")
    none = ask(rig, "/top/accounts?as_of=2026-07-04T12:00:00Z")
    assert (none.status, none.json["type"]) == (404, "/docs#not-found")


def test_who_is_not_active_leaves_at_once_and_ranks_close_up(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 3, 0), *likes(BOB, 5, 10), *likes(CAROL, 1, 20), at=59 * 60_000)
    make(rig)
    assert page(rig) == [(1, BOB, 5, None, None), (2, ALICE, 3, None, None), (3, CAROL, 1, None, None)]
    rig.hand(notice("account", BOB, 59 * 60_000, active=False, status="deleted"))
    assert page(rig) == [(1, ALICE, 3, None, None), (2, CAROL, 1, None, None)]
    rig.hand(notice("account", BOB, 59 * 60_000, seq=2, active=True))
    assert [did for _, did, *_ in page(rig)] == [BOB, ALICE, CAROL]


def test_boards_by_actors_count_each_account_once(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 3, 0), *[like(post_uri(BOB, "3mpsz5xmars22"), did, 10) for did in (CAROL, DAVE)], at=59_000)
    make(rig)
    assert page(rig, count="actors") == []
    assert LogBoards(rig.roller, 100).make(HOUR_LONG)
    assert page(rig) == [(1, ALICE, 3, None, None), (2, BOB, 2, None, None)]
    assert page(rig, count="actors") == [(1, BOB, 2, None, None), (2, ALICE, 1, None, None)]
    posts = ask(rig, "/top/posts?metric=likes&count=actors").json["rows"]
    found = [(row["did"], row["value"], row["gained"], row["lost"]) for row in posts]
    assert found == [(BOB, 2, 2, 0), (ALICE, 1, 1, 0)]


def test_posts_of_one_language_are_those_of_the_list_that_say_so(rig: Rig) -> None:
    langs = {ALICE: ["ja"], BOB: ["en", "ja-JP"], CAROL: [], DAVE: ["en"]}
    rig.hand(*[post(did, at, langs=said) for at, (did, said) in enumerate(langs.items())])
    for count, at, did in ((2, 0, ALICE), (5, 1, BOB), (3, 2, CAROL), (4, 3, DAVE)):
        rig.hand(*[like(post_uri(did, key(at)), "did:plc:" + "e" * 24, 10 * at + 100 + n) for n in range(count)])
    rig.hand(at=59_000)
    make(rig)

    def found(lang: str) -> list[tuple[int, str, int]]:
        rows = ask(rig, f"/top/posts?metric=likes&lang={lang}").json["rows"]
        return [(row["rank"], row["did"], row["value"]) for row in rows]

    assert found("ja") == [(1, BOB, 5), (2, ALICE, 2)]
    assert found("en") == [(1, BOB, 5), (2, DAVE, 4)]
    assert found("und") == [(1, CAROL, 3)]
    assert found("pt") == []
    assert ask(rig, "/top/posts?lang=ja-JP").status == 400


def test_hashtags_of_one_language_are_those_of_all_its_posts(rig: Rig) -> None:
    tagged = {ALICE: (["ja"], ["sora", "umi"]), BOB: (["en", "ja-JP"], ["Sora"]), CAROL: (["en"], ["sky", "umi"])}
    rig.hand(*[post(did, at, langs=langs, tags=tags) for at, (did, (langs, tags)) in enumerate(tagged.items())])
    rig.hand(*[post(ALICE, at, langs=["ja"], tags=["umi"]) for at in (10, 11)], delete("post", key(11), ALICE, 12))
    rig.hand(at=59_000)
    make(rig)

    def found(lang: str, more: str = "") -> list[tuple[int, str, int, int]]:
        rows = ask(rig, f"/top/hashtags?lang={lang}{more}").json["rows"]
        return [(row["rank"], row["key"], row["posts"], row["authors"]) for row in rows]

    assert found("ja") == []
    assert LogBoards(rig.roller, 2).make(HOUR_LONG)
    assert found("ja") == [(1, "sora", 2, 2), (2, "umi", 2, 1)]
    assert found("ja", "&by=authors") == [(1, "sora", 2, 2), (2, "umi", 2, 1)]
    assert found("en") == [(1, "sky", 1, 1), (2, "sora", 1, 1)]
    assert found("ja", "&offset=1") == [(2, "umi", 2, 1)]
    assert found("pt") == []
    assert ask(rig, "/top/hashtags?lang=ja&window=30d").json["detail"].startswith("lang")


def test_lists_that_are_counted_from_the_log_keep_still_for_a_while(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 3, 0), post(BOB, 9, langs=["ja"], tags=["sora"]), at=59_000)
    make(rig)
    made = LogBoards(rig.roller, 100)
    assert made.make(HOUR_LONG)
    first = {path: ask(rig, path).json for path in ("/top/accounts?count=actors", "/top/hashtags?lang=ja")}
    rig.hand(*likes(CAROL, 9, 60_000), post(BOB, 60_009, langs=["ja"], tags=["umi"]), at=125_000)
    make(rig)
    for _ in range(2):  # the second time of the same end
        assert made.make(HOUR_LONG)
    for path, answer in first.items():
        assert ask(rig, f"{path}&as_of={answer['as_of']}").json["rows"] == answer["rows"]
        assert len(ask(rig, path).json["rows"]) == len(answer["rows"]) + 1
    for table in ("board_by_actors", "board_by_language"):
        rig.owner.execute(f"update {table} set replaced_at = replaced_at - interval '18 minutes'")
    assert made.make(HOUR_LONG)
    for path, answer in first.items():
        assert ask(rig, f"{path}&as_of={answer['as_of']}").status == 404


def test_a_deleted_post_is_gone_until_it_is_made_again(rig: Rig) -> None:
    rig.hand(post(ALICE, 1), *[like(post_uri(ALICE, key(1)), did, 10) for did in (BOB, CAROL)], at=59_000)
    make(rig)

    def seen() -> tuple[list[str], int, int]:
        path = f"/posts/{ALICE}/{key(1)}"
        mine = ask(rig, f"/accounts/{ALICE}/top-posts").json["rows"]
        return [row["did"] for row in ask(rig, "/top/posts").json["rows"]], ask(rig, path).status, len(mine)

    assert seen() == ([ALICE], 200, 1)
    rig.hand(delete("post", key(1), ALICE, 20), at=59_000)
    assert seen() == ([], 410, 0)
    rig.hand(post(ALICE, 30, rkey=key(1)), at=59_000)
    assert seen() == ([ALICE], 200, 1)


def test_a_search_finds_names_that_begin_so_and_of_a_pasted_address_its_account_alone(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 1, 0), *likes(BOB, 1, 10))
    named = ((ALICE, "alice.example", "Wonder_land"), (BOB, "bob.example", "alice.example"))
    for did, handle, name in named:
        rig.owner.execute("update account set handle = %s, display_name = %s where did = %s", (handle, name, did))

    def found(asked: str) -> tuple[list[str], str | None]:
        answer = ask(rig, f"/search?q={asked}").json
        return [row["did"] for row in answer["accounts"]], answer["post"]

    post = f"at://{ALICE}/app.bsky.feed.post/3mpsz5xmars22"
    assert found("ALICE.ex") == ([ALICE, BOB], None)
    assert (found("wonder_"), found("wonder%25")) == (([ALICE], None), ([], None))
    assert found(BOB) == ([BOB], None)
    assert found("https://bsky.app/profile/alice.example/post/3mpsz5xmars22") == ([ALICE], post)
    assert found(post) == ([ALICE], post)
    rig.owner.execute("update account set hidden = true where did = %s", (ALICE,))
    assert found("https://bsky.app/profile/alice.example/post/3mpsz5xmars22") == ([], None)


def test_of_too_many_names_that_begin_so_the_whole_handle_and_the_most_followed_are_found(rig: Rig) -> None:
    """More than are looked at by the alphabet, and those who are looked for are at its end."""
    rig.hand(*likes(ALICE, 1, 0))
    rig.fold()
    rig.owner.execute("""
        insert into account (id, did, handle)
        select -n, 'did:plc:' || n, 'pop' || to_char(n, 'FM0000') || '.example' from generate_series(1, 1200) as n
    """)
    rig.owner.execute("""
        insert into account (id, did, handle, display_name, followers, followers_at) values
          (-2001, 'did:plc:best', 'popz.example', null, 900, '2026-07-04T10:00:00Z'),
          (-2002, 'did:plc:named', 'q.example', 'Popz', 1000, '2026-07-04T11:00:00Z'),
          (-2003, 'did:plc:whole', 'pop.example', null, null, null)
    """)
    found = ask(rig, "/search?q=pop").json
    assert [row["did"] for row in found["accounts"]][:2] == ["did:plc:best", "did:plc:whole"], "and the shortest"
    assert (len(found["accounts"]), found["accounts"][0]["followers_count"]) == (
        100, {"value": 900, "at": "2026-07-04T10:00:00Z"}
    )  # fmt: skip
    assert [row["did"] for row in ask(rig, "/search?q=popz").json["accounts"]] == ["did:plc:best", "did:plc:named"]
    whole = ask(rig, "/search?q=pop.example").json
    assert ([row["did"] for row in whole["accounts"]], whole["as_of"]) == (["did:plc:whole"], "2026-07-04T12:00:00Z")
    assert whole.keys() == {"as_of", "lag_seconds", "coverage", "gaps", "accounts", "post"}
    lines = ask(rig, "/search?q=popz&format=csv").body.decode().splitlines()
    assert lines == [
        "did,handle,display_name,avatar,followers_count,followers_count_at",
        "did:plc:best,popz.example,,,900,2026-07-04T10:00:00Z",
        "did:plc:named,q.example,Popz,,1000,2026-07-04T11:00:00Z",
    ]


def test_earlier_ranks_close_up_too(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 3, 0), *likes(BOB, 5, 10), at=59 * 60_000)
    rig.hand(*likes(ALICE, 9, HOUR_MS), *likes(BOB, 2, HOUR_MS + 10), at=HOUR_MS + 99)
    rig.hand(*likes(ALICE, 1, 2 * HOUR_MS), at=2 * HOUR_MS + 59 * 60_000)
    make(rig)
    assert page(rig, as_of=NOON + 2 * HOUR) == [(1, ALICE, 9, 2, 3), (2, BOB, 2, 1, 5)]
    rig.hand(notice("account", BOB, 2 * HOUR_MS + 59 * 60_000, active=False, status="deactivated"))
    assert page(rig, as_of=NOON + 2 * HOUR) == [(1, ALICE, 9, 1, 3)]


def test_a_window_with_a_gap_says_so(rig: Rig) -> None:
    gap = Gap(NOON_US + 30 * 60_000_000, NOON_US + 45 * 60_000_000, "not_delivered")
    rig.hand(*likes(ALICE, 1, 0), gaps=[gap], at=59 * 60_000 + 59_000)
    make(rig)
    hour, day = (ask(rig, f"/top/accounts?window={window}").json for window in ("1h", "1d"))
    said = {"from": "2026-07-04T12:30:00Z", "to": "2026-07-04T12:45:00Z", "source": "test:1/subscribe",
            "reason": "not_delivered"}  # fmt: skip
    assert (hour["from"], hour["to"]) == ("2026-07-04T12:00:00Z", "2026-07-04T13:00:00Z")
    assert (hour["coverage"], hour["gaps"], hour["complete_since"]) == (pytest.approx(0.75, abs=1e-3), [said], None)
    # nothing was counted before noon
    assert (day["coverage"], day["gaps"]) == (pytest.approx(0.03125, abs=1e-3), [said])
    assert day["complete_since"] == "2026-07-04T12:00:00Z"


def test_a_series_has_closed_hours_and_the_minutes_since(rig: Rig) -> None:
    for hour, count in enumerate((3, 0, 5, 2)):
        rig.hand(*likes(ALICE, count, hour * HOUR_MS), *likes(BOB, 1, hour * HOUR_MS + 50), at=hour * HOUR_MS + 99)
    make(rig)

    def series(begin: datetime, end: datetime) -> list[tuple[Any, ...]]:
        found = ask(rig, f"/accounts/{ALICE}/series?from={moment(begin)}&to={moment(end)}").json
        assert (found["from"], found["to"]) == (moment(begin), moment(end))
        assert len(found["points"]) == (end - begin) / HOUR
        return [(point["time"], point["net"], "partial" in point) for point in found["points"] if point["net"]]

    assert rig.one("select hours_to = '2026-07-04 15:00Z' from fold")
    whole = [(moment(NOON + n * HOUR), count, n == 3) for n, count in ((0, 3), (2, 5), (3, 2))]
    assert series(NOON - 700 * HOUR, NOON + 10 * HOUR) == whole
    assert series(NOON + HOUR, NOON + 3 * HOUR) == whole[1:2]
