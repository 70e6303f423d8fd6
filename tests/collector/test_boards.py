"""Boards kept in memory are the boards from scratch, and both are those of a model in plain Python."""

from __future__ import annotations

import random

import psycopg
import pytest

from collector import sliding
from collector.amounts import Amounts
from collector.board_check import check, check_if_all_made
from collector.boards import Boards
from collector.measures import MEASURES
from collector.ranking import Ranked, Ranking
from collector.windows import HOUR_LONG, WINDOWS
from ops.audit import boards as audited
from sql import tid
from tests.collector.frames import delete, key, like, post, post_uri
from tests.collector.history import DIDS, History
from tests.collector.rig import BOARDS, Rig

ROWS = 3

Kept = dict[tuple[str, str], list[tuple[str, int, int]]]


def kept(rig: Rig, window: str, table: str = "board") -> Kept:
    """Every board of a window that is not empty, with names for ids."""
    dids: dict[int, str] = dict(rig.owner.execute("select id, did from account").fetchall())
    terms: dict[int, str] = dict(rig.owner.execute("select id, name from term").fetchall())
    found: Kept = {}
    for kind, metric, keys, rkeys, gained, lost in rig.owner.execute(
        f"select kind, metric, keys, rkeys, gained, lost from {table} where time_window = %s", (window,)
    ):
        if kind == "posts":
            names = [post_uri(dids[k], tid.text(r)) for k, r in zip(keys, rkeys, strict=True)]
        else:
            names = [(dids if kind == "accounts" else terms)[k] for k in keys]
        if names:
            found[kind, metric] = list(zip(names, gained, lost, strict=True))
    return found


def refresh(rig: Rig, boards: Boards) -> None:
    """Fold, and make the boards."""
    boards.note(rig.fold())
    boards.refresh()


def agree(history: History, step: int) -> None:
    """All boards are as from scratch and as the model has them."""
    assert check(history.rig.owner, ROWS) == (BOARDS, [], 0)
    for window in WINDOWS:
        expected = history.model.boards(window.name, history.minute, ROWS)
        assert kept(history.rig, window.name) == expected, (step, window.name)
        active = history.model.active(window.name, history.minute)
        query = "select accounts from active where time_window = %s"
        ((found,),) = history.rig.owner.execute(query, (window.name,)).fetchall()
        assert abs(found - active) <= 1 + active // 30, (step, window.name)  # it is an estimate, a good one of few
    assert kept(history.rig, "all") == history.model.boards("all", history.minute, ROWS)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))])
def test_boards_kept_are_boards_from_scratch_and_those_of_a_model(
    rig: Rig, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audited, "DEPTH", ROWS)
    monkeypatch.setattr(sliding, "LOOKUP", 0)
    history, rng = History(rig, seed), random.Random(seed)
    boards = Boards(rig.roller, ROWS, 40)
    for step in range(14):
        for _ in range(rng.randrange(60)):
            history.act()
        if rng.random() < 0.4:
            history.turn(rng.choice(DIDS), hide=rng.random() < 0.7)
        if rng.random() < 0.3:
            history.wish(rng.choice(DIDS), unlisted=rng.random() < 0.5)
        history.fold()
        if rng.random() < 0.2:
            boards = Boards(rig.roller, ROWS, 40)  # a new process
        if rng.random() < 0.8:
            boards.note(history.changed)
            boards.refresh()
            history.changed = set()
            agree(history, step)
            report = rig.audit()
            ranked = BOARDS - len(WINDOWS)  # all but active accounts
            # of experience nothing is said where a post came later than what was reposted of it was decided
            assert (report.diff, report.compared["boards"]) in ((0, ranked), (0, ranked - 5)), report.text()
        history.minute += rng.choice([0, 1, 1, 2, 7, 30, 59, 60, 61, 300, 1440, 4000])
    assert rig.audit().diff == 0


@pytest.mark.parametrize("seed", [21, pytest.param(22, marks=pytest.mark.long)])
def test_the_few_keys_that_are_summed_are_enough(rig: Rig, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many likes for few: boards come from the keys that gained much in an hour or a day, and from no others."""
    monkeypatch.setattr(audited, "DEPTH", ROWS)
    history, rng = History(rig, seed, [f"did:plc:{number:024d}" for number in range(60)]), random.Random(seed)
    boards = Boards(rig.roller, ROWS, 40)
    partial = 0
    for step in range(9):
        for _ in range(rng.randrange(400, 1600)):
            history.act()
        history.fold()
        if step == 5:
            boards = Boards(rig.roller, ROWS, 40)
        boards.note(history.changed)
        boards.refresh()
        history.changed = set()
        agree(history, step)
        partial += sum(board.is_partial for board in boards._now.values())
        history.minute += rng.choice([1, 20, 60, 200, 1500])
    assert partial > 20
    assert rig.audit().diff == 0


def test_what_somebody_had_before_counts_when_only_the_live_minutes_bring_it_to_the_board(rig: Rig) -> None:
    """One like in the first hour is less than anybody needs there who is on the board by likes of closed hours."""
    minute, fans = 60_000, [f"did:plc:{number:024d}" for number in range(10)]
    stars = [post_uri(did, key(1)) for did in DIDS[:ROWS]]
    late = post_uri("did:plc:" + "l" * 24, key(1))
    rig.hand(like(late, fans[0]), *[like(uri, fan, 1 + n) for fan in fans for n, uri in enumerate(stars)])
    boards = Boards(rig.roller, ROWS, 40)
    for at in (61 * minute, 121 * minute):
        rig.hand(post(fans[1], at), at=at)
        refresh(rig, boards)
    rig.hand(*[like(late, fan, 122 * minute + n) for n, fan in enumerate(fans)], at=123 * minute)
    refresh(rig, boards)
    assert sum(board.is_partial for board in boards._now.values()) > 0
    assert kept(rig, "1d")["posts", "likes"][0] == (late, 11, 0)
    assert check(rig.owner, ROWS) == (BOARDS, [], 0)


@pytest.mark.parametrize("seed", [11, pytest.param(12, marks=pytest.mark.long)])
def test_boards_at_the_end_of_each_hour_are_those_of_a_model(rig: Rig, seed: int) -> None:
    history, rng = History(rig, seed), random.Random(seed)
    boards = Boards(rig.roller, ROWS, 40)
    hours = 0
    for _ in range(4):
        for _ in range(rng.randrange(20, 60)):
            history.act()
        history.fold()
        while boards.keep_hour():
            end = 60 * (hours := hours + 1) - 1
            for window in WINDOWS:
                expected = history.model.boards(window.name, end, ROWS)
                assert kept_at(rig, window.name, hours) == expected, (hours, window.name)
        history.minute += rng.choice([61, 150, 200])
    assert hours >= 3
    assert best_ranks(rig) == best_of(rig)


def test_boards_follow_hours_that_come_and_go(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that stand, and those of an hour's end, made before or after them."""
    monkeypatch.setattr(audited, "DEPTH", ROWS)
    history = History(rig, 31, [f"did:plc:{number:024d}" for number in range(60)])
    history.late = [0, 0, 1]
    boards = Boards(rig.roller, ROWS, 40)
    hours = partial = 0
    for step in range(8):
        for _ in range(700):
            history.act()
        history.fold()
        boards.note(history.changed)
        history.changed = set()
        if step % 2:
            boards.refresh()
        while boards.keep_hour():
            hours += 1
            for window in WINDOWS:
                expected = history.model.boards(window.name, 60 * hours - 1, ROWS)
                assert kept_at(rig, window.name, hours) == expected, (hours, window.name)
        boards.refresh()
        agree(history, step)
        partial += sum(board.is_partial for board in boards._now.values())
        history.minute += 55 if step < 2 else 65
    assert (hours, partial > 50) == (7, True)


def test_what_was_summed_when_boards_could_not_be_made_is_summed_anew(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute, best, made = 60_000, Ranking.best, list[str]()

    def passing(self: Ranking, kind: str, amounts: Amounts) -> Ranked:
        made.append(kind)
        if len(made) == len(MEASURES) - 4:  # the first of those by authors, whose terms are summed
            raise psycopg.errors.LockNotAvailable
        return best(self, kind, amounts)

    rig.hand(post(DIDS[0], minute, tags=["cats"]), post(DIDS[1], 61 * minute), at=61 * minute)
    boards = Boards(rig.roller, ROWS, 40)
    boards.note(rig.fold())
    monkeypatch.setattr(Ranking, "best", passing)
    with pytest.raises(psycopg.errors.LockNotAvailable):
        boards.keep_hour()
    boards.forget()
    rig.hand(post(DIDS[2], 2 * minute, tags=["cats"]), at=62 * minute)
    boards.note(rig.fold())
    assert boards.keep_hour()
    assert kept_at(rig, "1h", 1)["hashtags", "posts"] == [("cats", 2, 0)]


def test_of_the_first_day_levels_know_what_is_kept_by_the_day(rig: Rig) -> None:
    minute = 60_000
    for day in range(4):
        rig.hand(*[post(did, day * 1440 * minute + n) for n, did in enumerate(DIDS)], at=day * 1440 * minute + 1000)
        rig.fold()
    rig.owner.execute("delete from account_hour where hour < '2026-07-06'")  # as retention drops them
    boards = Boards(rig.roller, ROWS, 40)
    boards.refresh()
    assert kept(rig, "all")["accounts", "level"] == [(did, 200, 0) for did in DIDS[:ROWS]]


def kept_at(rig: Rig, window: str, hours: int) -> Kept:
    """The boards of the end of so many hours after noon."""
    hour = f"'2026-07-04 12:00Z'::timestamptz + {hours - 1} * interval '1 hour'"
    return kept(rig, window, f"(select * from board_hour where hour = {hour}) as kept")


def best_ranks(rig: Rig) -> set[tuple[int, str, str, int]]:
    return set(rig.owner.execute("select account, metric, time_window, rank from best_rank").fetchall())


def best_of(rig: Rig) -> set[tuple[int, str, str, int]]:
    """The same from all boards that are kept."""
    found: dict[tuple[int, str, str], int] = {}
    query = "select metric, time_window, keys from board_hour where kind = 'accounts'"
    for metric, window, keys in rig.owner.execute(query):
        for rank, account in enumerate(keys, 1):
            at = account, metric, window
            found[at] = min(rank, found.get(at, rank))
    return {(*at, rank) for at, rank in found.items()}


def test_a_late_create_changes_boards_though_its_loss_is_in_an_earlier_minute(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delete, an hour later its create: what it lost belongs to the minute of the delete, which was made long ago."""
    monkeypatch.setattr(audited, "DEPTH", ROWS)
    uri = post_uri(DIDS[1], key(1))
    rig.hand(delete("like", key(9), DIDS[0], 60_000, rev=90_000), *[like(uri, did, 1) for did in DIDS[2:]], at=61_000)
    boards = Boards(rig.roller, ROWS, 40)
    refresh(rig, boards)
    rig.hand(like(uri, DIDS[0], 5 * 60_000, rkey=key(9), rev=9), at=6 * 60_000)
    refresh(rig, boards)
    assert rig.audit().diff == 0
    assert check(rig.owner, ROWS) == (BOARDS, [], 0)


def test_a_sketch_of_an_hour_has_its_last_minute_whole(rig: Rig) -> None:
    boards = Boards(rig.roller, ROWS, 40)
    rig.hand(*[post(did, n) for n, did in enumerate(DIDS)], post(DIDS[0], 59 * 60_000), at=59 * 60_000 + 30_000)
    refresh(rig, boards)
    others = [f"did:plc:{number:024d}" for number in range(40)]
    rig.hand(*[post(did, 59 * 60_000 + 40_000 + n) for n, did in enumerate(others)], at=60 * 60_000)
    changed = rig.fold()
    assert boards.keep_hour()
    boards.note(changed)
    boards.refresh()
    assert check(rig.owner, ROWS) == (BOARDS, [], 0)
    rig.hand(post("did:plc:" + "z" * 24, 30 * 60_000), at=61 * 60_000)  # late for its hour
    refresh(rig, boards)
    assert check(rig.owner, ROWS) == (BOARDS, [], 0)


def test_hours_that_end_in_a_gap_are_kept_too_once_the_watermark_has_passed_them(rig: Rig) -> None:
    uri, hour = post_uri(DIDS[0], key(0)), 3_600_000
    rig.hand(like(uri, DIDS[1], hour // 2), at=hour // 2)
    rig.fold()
    rig.hand(like(uri, DIDS[2], 3 * hour + 600_000), at=3 * hour + 3_540_000)
    boards = Boards(rig.roller, ROWS, 40)
    refresh(rig, boards)
    while boards.keep_hour():
        pass
    hours = rig.owner.execute("select distinct extract(hour from hour)::int from board_hour order by 1").fetchall()
    assert hours == [(12,), (13,), (14,)]
    day = "select gained from board_hour where (kind, metric, time_window) = ('accounts', 'likes_received', '1d')"
    assert rig.owner.execute(f"{day} order by hour".encode()).fetchall() == [([1],)] * 3


def test_boards_of_before_the_watermark_moved_are_not_judged(rig: Rig) -> None:
    """A refused frame moves it, though nothing is folded; a set of which some were never made is none either."""
    rig.hand(post(DIDS[0], 0), at=0)
    boards = Boards(rig.roller, ROWS, 40)
    boards.note(rig.fold())
    boards.refresh([HOUR_LONG])
    assert check_if_all_made(rig.owner, ROWS, experience=True) is None
    boards.refresh()
    assert check_if_all_made(rig.owner, ROWS, experience=True) == (BOARDS, [], 0)
    rig.hand(b'{"kind":"new","did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}', at=61 * 60_000)
    rig.fold()
    assert check_if_all_made(rig.owner, ROWS, experience=True) is None
    assert check(rig.owner, ROWS) == (0, [], BOARDS)
    boards.refresh()
    assert check_if_all_made(rig.owner, ROWS, experience=True) == (BOARDS, [], 0)
