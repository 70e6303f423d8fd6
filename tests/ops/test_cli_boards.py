"""The commands about boards: the self-test, which must find a board that is not right, and the opt-out list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.simulator import Simulation
from collector.boards import Boards
from collector.measures import MEASURES
from tests.collector.frames import ALICE, BOB, like, post, post_uri
from tests.collector.rig import Rig
from tests.ops.command import skytally


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    """A database with something counted in it, at rest."""
    with closing(Rig(conninfo, tmp_path)) as rig:
        rig.hand(*[line for _, line in islice(Simulation(3).events(), 2000)])
        rig.fold()
        yield rig


def test_boards_that_nobody_has_made_are_made_and_are_as_from_scratch(rig: Rig) -> None:
    done = skytally("boards", "verify", DATABASE_URL=rig.conninfo)
    made = "no roller has made the boards, so they are made now"
    assert done == (0, f"{made}\ndiff=0 (101 the same, 0 older than the last fold)\n", "")


@pytest.mark.parametrize(
    "tampering",
    [
        "set gained[1] = gained[1] + 1", "set lost[1] = lost[1] + 1", "set keys[1] = keys[2], keys[2] = keys[1]",
        "set keys = keys[2:], gained = gained[2:], lost = lost[2:]",
    ],
)  # fmt: skip
def test_a_board_that_is_not_as_from_scratch_is_named(rig: Rig, tampering: str) -> None:
    Boards(rig.roller, rig.settings.board_rows, 40).refresh()
    rig.owner.execute(
        f"update board {tampering} where (kind, metric, time_window) = ('accounts', 'likes_received', '1d')"
    )
    done = skytally("boards", "verify", DATABASE_URL=rig.conninfo)
    named = "not as from scratch: accounts likes_received 1d"
    assert done[:2] == (1, f"{named}\ndiff=1 (100 the same, 0 older than the last fold)\n")


def test_without_experience_there_are_no_boards_of_it_and_nobody_misses_them(rig: Rig) -> None:
    Boards(rig.roller, rig.settings.board_rows, 40).refresh()
    rig.fold()  # and the boards are older
    given = {"DATABASE_URL": rig.conninfo, "SKYTALLY_EXPERIENCE": "false"}
    done = skytally("boards", "verify", **given)
    left = 101 - 4 * len([measure for measure in MEASURES if measure.points]) - 1
    assert done.out.endswith(f"\ndiff=0 ({left} the same, 0 older than the last fold)\n")
    assert rig.one("select count(*) from board where metric in ('experience', 'level')") == 0


def test_who_is_on_the_opt_out_list_is_on_no_board_and_counts_on(conninfo: str, tmp_path: Path) -> None:
    stranger = "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz"
    with closing(Rig(conninfo, tmp_path)) as rig:
        rig.hand(post(BOB, 0), like(post_uri(BOB, "3mpsz5xmars22"), ALICE, 1))
        rig.fold()
        assert shown(rig) == {"accounts": 1, "posts": 1}
        done = skytally("accounts", "hide", BOB, stranger, DATABASE_URL=conninfo)
        assert done == (0, "2 of 2 accounts are hidden from now on\n", "")
        assert shown(rig) == {"accounts": 0, "posts": 0}
        assert skytally("accounts", "hidden", DATABASE_URL=conninfo).out == f"{BOB}\n{stranger}\n"
        assert rig.audit().diff == 0
        assert skytally("accounts", "show", BOB, DATABASE_URL=conninfo).out == "1 of 1 accounts are shown from now on\n"
        assert shown(rig) == {"accounts": 1, "posts": 1}


def shown(rig: Rig) -> dict[str, int]:
    """How many accounts and posts are on the boards of engagement."""
    Boards(rig.roller, 100, 40).refresh()
    query = "select kind, cardinality(keys) from board where metric = 'engagement' and time_window = '1h'"
    return dict(rig.owner.execute(query).fetchall())


def test_a_wrong_list_is_refused(conninfo: str) -> None:
    wrong = (["hide"], ["hidden", BOB], ["hide", "bob"])
    said = [skytally("accounts", *words, DATABASE_URL=conninfo) for words in wrong]
    assert [(done.code, done.err) for done in said] == [
        (2, "skytally: accounts hide takes one or more DIDs\n"),
        (2, "skytally: accounts hidden takes no DIDs\n"),
        (2, "skytally: bob is no DID; allowed: did:plc:... or did:web:...\n"),
    ]


def test_how_far_the_purge_is_is_said(rig: Rig) -> None:
    def said() -> str:
        return skytally("accounts", "purges", DATABASE_URL=rig.conninfo).out

    assert said() == "none in work; 0 accounts purged\n"
    rig.owner.execute("insert into purge values (1, now(), now(), now()), (2, now(), now(), null)")
    rig.owner.execute("insert into purged_table values ('account_day_202607')")
    tables = rig.one("select count(*) from purgeable()")
    assert said() == f"1 accounts in work, 1 of {tables} tables done; 1 accounts purged\n"
