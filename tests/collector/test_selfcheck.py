"""The self-check: silent while everything adds up, and loud about whatever does not, however small."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import psycopg
import pytest

from benchmarks.simulator import Simulation
from collector.board_check import TURNS, check_turn
from collector.board_check import check as check_boards
from collector.boards import Boards
from collector.bucket_check import check_buckets
from collector.selfcheck import _check_lanes, run, self_check
from collector.windows import MONTH_LONG, Window
from ops.errand import Errand
from ops.selfchecks import check
from sql import tid
from sql.session import connect
from tests.collector.frames import BOB, NOON_US, delete, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.ops.command import skytally

HOURS = 60
EVENTS = 3000
START_US = NOON_US - HOURS * 3_600_000_000
TAKEN = "the lanes accepted"


@pytest.fixture(scope="module")
def filled(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The conninfo of two days and a half, hours and days summed up, boards made, and a fold that is still to come."""
    with new_database(server) as conninfo:
        with closing(Rig(conninfo, tmp_path_factory.mktemp("filled"))) as rig:
            network = Simulation(3, START_US, EVENTS / (HOURS * 3600), hourly=False, noise_ratio=0.0)
            events = list(islice(network.events(), EVENTS))
            for at in range(0, EVENTS, 500):
                part = events[at : at + 500]
                rig.hand(*[line for _, line in part], at=(part[-1][0] - NOON_US) // 1000)
                rig.fold()
            Boards(rig.roller, rig.settings.board_rows, 40).refresh()
        yield conninfo


@pytest.fixture
def rig(server: str, filled: str, tmp_path: Path) -> Iterator[Rig]:
    """A copy of that, to go on with."""
    with new_database(server, like=filled) as conninfo, closing(Rig(conninfo, tmp_path)) as rig:
        yield rig


def found(rig: Rig) -> list[str]:
    """What a self-check finds, without what it says of each."""
    differences = self_check(rig.settings, rig.conninfo).differences
    return [TAKEN if said.startswith(TAKEN) else said.split(" ", 1)[0] for said in differences]


def noted(rig: Rig) -> tuple[int, int]:
    """How many differences the last self-check noted, and the turn of the next board."""
    row = rig.owner.execute("select cardinality(differences), turn from selfcheck").fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def test_nothing_is_found_where_everything_adds_up_and_every_board_has_its_turn(rig: Rig) -> None:
    closed = "select count(distinct hour), (select count(distinct day) from account_day) from account_hour"
    assert rig.owner.execute(closed).fetchone() == (HOURS - 1, 2)
    assert [found(rig), found(rig)] == [[], []]
    assert noted(rig) == (0, 2)
    with connect(rig.conninfo, "skytally_roller", "test") as connection:
        judged = [check_turn(connection, rig.settings.board_rows, turn) for turn in TURNS]
    assert len({each.name for each in judged}) == len(TURNS) == 97
    assert [each.name for each in judged if each.same is not True] == []
    rig.hand(post(BOB, 1), like(post_uri(BOB, "3mpsz5xmars22"), at=2))
    assert found(rig) == []  # what waits to be folded is not missing
    rig.fold()
    assert self_check(rig.settings, rig.conninfo).board.same is None  # boards of before the last fold


def test_a_roller_is_asked_for_the_board_whose_turn_it_is(rig: Rig) -> None:
    asked: list[Window] = []
    ended = threading.Event()

    def roller() -> None:
        with connect(rig.conninfo, "skytally_roller", "test") as connection:
            boards = Boards(connection, rig.settings.board_rows, 40)
            while not ended.is_set():
                windows = boards.asked()
                boards.refresh(windows)
                asked.extend(windows)
                ended.wait(0.05)

    rig.hand(post(BOB, 1))
    rig.fold()  # now all boards are older
    of_month = next(at for at, turn in enumerate(TURNS) if turn.window is MONTH_LONG)
    rig.owner.execute("insert into selfcheck (at, seconds, differences, turn) values (now(), 0, '{}', %s)", (of_month,))
    rig.owner.execute("insert into vitals values (true, now(), now(), 'counting', '', '', 0, 0)")
    rolling = threading.Thread(target=roller)
    rolling.start()
    board = self_check(rig.settings, rig.conninfo).board
    ended.set()
    rolling.join()
    assert (board.name.split(" ")[-1], board.same, asked) == ("30d", True, [MONTH_LONG])


@pytest.mark.parametrize(
    ("tampering", "expected"),
    [
        ("update lane set events = events + 1 where lane = 3", [TAKEN]),
        ("update network_day set events = events + 1", [TAKEN, "network_day"]),
        ("update network_hour set events = events - 1", [TAKEN, "network_hour", "network_day"]),
        ("update network_minute set events = events + 1", [TAKEN, "network_hour"]),
        ("update total_day set lost = lost + 1", ["total_day"]),
        ("update account_hour set gained = gained + 1", ["account_hour", "account_day"]),
        ("delete from account_day", ["account_day"]),
        ("update post_minute set lost = lost + 1", ["post_hour"]),
        ("delete from term_hour", ["term_hour", "term_day"]),
        ("delete from author_minute", ["author_hour"]),
        ("delete from author_day", ["author_day"]),
    ],
)
def test_what_does_not_add_up_is_found(rig: Rig, tampering: str, expected: list[str]) -> None:
    rig.owner.execute(tampering.encode())
    rig.owner.execute("update fold set folds = folds + 1")  # and the boards were made before it
    assert found(rig) == expected
    assert noted(rig)[0] == len(expected)


def test_who_leaves_a_board_before_the_next_fold_is_no_difference(rig: Rig) -> None:
    posts = rig.owner.execute(
        "select did, rkey from board, unnest(keys, rkeys) with ordinality as each (key, rkey, place)"
        " join account on account.id = each.key"
        " where (kind, metric, time_window) = ('posts', 'likes', '1d') order by place"
    ).fetchall()
    deleted, hidden = posts[0], next(did for did, _ in posts if did != posts[0][0])
    rig.hand(delete("post", tid.text(deleted[1]), deleted[0], 1))
    rig.owner.execute("update account set hidden = true where did = %s", (hidden,))
    with connect(rig.conninfo, "skytally_roller", "test") as connection:
        judged = [check_turn(connection, rig.settings.board_rows, turn) for turn in TURNS]
        assert [each.name for each in judged if each.same is not True] == []
        assert check_boards(connection, rig.settings.board_rows).different == []
        shown = next(place for place, (did, _) in enumerate(posts, 1) if did not in (deleted[0], hidden))
        tampered = f"gained[{shown}] = gained[{shown}] + 1, lost[{shown}] = lost[{shown}] + 1"
        rig.owner.execute(
            f"update board set {tampered} where (kind, metric, time_window) = ('posts', 'likes', '1d')".encode()
        )
        assert "posts likes 1d" in check_boards(connection, rig.settings.board_rows).different


@pytest.mark.parametrize(
    "tampering",
    ["gained[1] = gained[1] + 1", "lost[1] = lost[1] + 1", "keys = keys[2:], gained = gained[2:], lost = lost[2:]"],
)
def test_a_board_that_is_not_what_it_must_be_is_found_when_it_has_its_turn(rig: Rig, tampering: str) -> None:
    rig.owner.execute("create table kept as select * from board")
    with connect(rig.conninfo, "skytally_roller", "test") as connection:
        for turn in TURNS:
            window, measure = turn
            where = "where (kind, metric, time_window) = (%s, %s, %s) and cardinality(keys) > 0"
            name = (measure.kind, measure.metric, window.name)
            there = rig.owner.execute(f"update board set {tampering} {where}".encode(), name).rowcount
            judged = check_turn(connection, rig.settings.board_rows, turn)
            assert (judged.name, judged.same) == (" ".join(name), not there)
            rig.owner.execute("delete from board")
            rig.owner.execute("insert into board select * from kept")


def test_a_fold_in_between_is_no_difference(rig: Rig) -> None:
    wrong: list[str] = []
    ended = threading.Event()

    def look() -> None:
        with connect(rig.conninfo, "skytally_roller", "test") as connection:
            while not ended.is_set():
                wrong.extend(_check_lanes(connection))

    looking = threading.Thread(target=look)
    looking.start()
    for at in range(40):
        rig.hand(post(BOB, 10_000 + at))
        rig.fold()
    ended.set()
    looking.join()
    assert wrong == []


def test_what_a_purge_takes_is_not_missed(rig: Rig) -> None:
    rig.owner.execute("insert into purge select id, now(), now() from account")
    rig.owner.execute("delete from account_minute")
    rig.owner.execute("delete from post_hour")
    with connect(rig.conninfo, "skytally_roller", "test") as connection:
        assert check_buckets(connection, rig.settings) == []


def test_the_command_ends_with_1_where_something_differs_and_names_it(rig: Rig) -> None:
    right = skytally("selfcheck", DATABASE_URL=rig.conninfo)
    assert right == (0, "diff=0 (the board accounts likes_received 1h was looked at)\n", "")
    rig.owner.execute("update board set gained[1] = gained[1] + 1 where time_window = '1d'")
    rig.owner.execute("update lane set events = events + 7 where lane = 3")
    wrong = skytally("selfcheck", DATABASE_URL=rig.conninfo)
    assert (wrong.code, wrong.err) == (1, "")
    assert wrong.out == (
        f"the lanes accepted {EVENTS + 7} events, the network has {EVENTS}\n"
        "board accounts likes_received 1d: not as from scratch\n"
        "diff=2 (the board accounts likes_received 1d was looked at)\n"
    )


def test_it_says_in_the_log_what_it_found(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "collector.selfcheck")
    run(rig.settings, rig.conninfo)
    rig.owner.execute("update lane set events = events + 1 where lane = 3")
    run(rig.settings, rig.conninfo)
    run(rig.settings, "host=127.0.0.1 port=1")
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert said[:2] == [
        ("INFO", "self-check: everything adds up"),
        ("ERROR", f"self-check: the lanes accepted {EVENTS + 1} events, the network has {EVENTS}"),
    ]
    assert (said[2][0], said[2][1].startswith("the self-check could not be made: "), len(said)) == ("WARNING", True, 3)


def test_it_is_made_again_and_again_beside_the_collector(rig: Rig) -> None:
    def times(errand: Errand) -> int:
        with errand:
            for _ in range(2):
                before = rig.one("select at from selfcheck")
                for _ in range(600):
                    errand.look_after()
                    if rig.one("select at from selfcheck") != before:
                        break
                    threading.Event().wait(0.05)
        return noted(rig)[1]

    assert times(Errand("self-check", 0.05, check, rig.settings, rig.conninfo)) >= 2


def test_before_the_first_event_there_is_nothing_to_find(conninfo: str, database: psycopg.Connection) -> None:
    done = skytally("selfcheck", DATABASE_URL=conninfo)
    assert (done.code, done.out.split(" ")[0]) == (0, "diff=0")
    assert database.execute("select differences from selfcheck").fetchone() == ([],)


def test_an_errand_that_hangs_is_ended_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    with Errand("sleep", 0.01, time.sleep, 60, seconds_max=0.3) as errand:
        pids = set()
        for _ in range(100):
            errand.look_after()
            pids |= {process.pid for process in multiprocessing.active_children()}
            if len(pids) > 1:
                break
            time.sleep(0.05)
    assert len(pids) > 1
    assert "the sleep has not ended within 0.3 s, and was ended" in caplog.text
    assert not multiprocessing.active_children()
