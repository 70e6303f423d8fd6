"""The command about levels: an operator's rulesets, and accounts that rise in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.levels import Levels, LevelUp
from ops.screen import levels_table, sparkline
from tests.collector.frames import ALICE, BOB, post
from tests.collector.rig import Rig
from tests.collector.test_experience import MINUTE
from tests.collector.test_rulesets import OWN
from tests.ops.command import skytally
from tests.web.site import site


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


def test_a_ruleset_is_used_at_once_and_its_version_goes_up_with_every_change(rig: Rig, tmp_path: Path) -> None:
    file = tmp_path / "rulesets.toml"
    rig.hand(post(ALICE), post(ALICE, 1), at=2)
    rig.fold()

    def used(text: str) -> tuple[int, str]:
        file.write_text(text)
        return skytally("rulesets", "use", file, DATABASE_URL=rig.conninfo)[:2]

    def level() -> tuple[object, ...]:
        rig.owner.execute("delete from cache.entry")
        with site(rig.conninfo, web_misses_per_second=0.0) as found:
            said = found.get(f"/api/v1/accounts/{ALICE}/level?ruleset=quiet").json
        return said["experience"], said["version"]

    assert used(OWN) == (0, "quiet: new\n")
    assert level() == (10, 1)
    assert used(OWN) == (0, "quiet: as it was\n")
    assert used(OWN.replace("post = 5", "post = 6")) == (0, "quiet: version 2\n")
    assert level() == (12, 2)
    code, out, _ = skytally("rulesets", "list", DATABASE_URL=rig.conninfo)
    assert (code, [line.split()[:3] for line in out.splitlines()]) == (
        0, [["name", "version", "post"], ["article", "1", "50"], ["code", "1", "30"], ["quiet", "2", "6"]]
    )  # fmt: skip
    assert skytally("rulesets", "drop", "quiet", DATABASE_URL=rig.conninfo).code == 0
    assert rig.one("select count(*) from ruleset") == 2


def test_what_is_wrong_with_rulesets_is_one_line(rig: Rig, tmp_path: Path) -> None:
    file = tmp_path / "rulesets.toml"
    file.write_text(OWN.replace("like = 0", "like = -1"))
    for words, says in (
        (("check", file), "A ruleset can not be used. Expected `int` >= 0 - at `$.rulesets[...].like`"),
        (("use", tmp_path / "none"), f"{tmp_path / 'none'} can not be read:"),
        (("use",), "rulesets use takes a file more"),
        (("drop",), "rulesets drop takes a name more"),
        (("list", "x"), "rulesets list takes nothing more"),
        (("drop", "article"), "article is one of ours and stays"),
        (("drop", "none"), "there is no ruleset none"),
    ):
        code, out, err = skytally("rulesets", *words, DATABASE_URL=rig.conninfo)
        assert (code, out, err.count("\n"), says in err) == (2, "", 1, True), (words, err)
    file.write_text(OWN)
    assert skytally("rulesets", "check", file)[:2] == (0, f"{file}: quiet: well-formed\n")


def test_level_ups_are_seen_when_their_minute_is_over(rig: Rig) -> None:
    rig.hand(*[post(ALICE, n) for n in range(2)], post(BOB, 3), at=10)
    rig.fold()
    levels = Levels(rig.owner)
    assert levels.look() == []
    rig.hand(*[post(ALICE, MINUTE + n) for n in range(3)], post(BOB, MINUTE + 9), at=MINUTE + 10)
    rig.fold()
    assert levels.look() == []  # of a minute before the first look's nothing is said, and this one is not over
    rig.hand(post(BOB, 2 * MINUTE), at=2 * MINUTE)
    rig.fold()
    noon = datetime(2026, 7, 4, 12, 1, tzinfo=UTC)
    assert levels.look() == [LevelUp(noon, ALICE, 1, 3, 250)]
    assert levels.created == {"app.bsky.feed.post": 8}
    rig.hand(at=3 * MINUTE)
    rig.fold()
    assert levels.look() == [LevelUp(noon.replace(minute=2), BOB, 1, 2, 150)]
    shown = levels_table(levels, 60, 8)
    assert len(shown) == 6
    assert re.fullmatch(r"12:03:00Z  \d+ events/s", shown[0])
    assert shown[2] == "post 8"
    assert shown[4:] == [
        f"12:02Z  level 1 -> 2  {BOB}  (150)"[:59], f"12:01Z  level 1 -> 3  {ALICE}  (250)"[:59]
    ]  # fmt: skip


@pytest.mark.parametrize("over", [60, 12 * 60])
def test_a_level_up_in_the_last_minute_of_an_hour_or_a_day_is_seen_when_those_are_summed_up(
    rig: Rig, over: int
) -> None:
    rig.hand(*[post(BOB, n) for n in range(2)], at=10)
    rig.hand(at=(over - 1) * MINUTE)
    rig.fold()
    levels = Levels(rig.owner)
    assert levels.look() == []
    rig.hand(post(BOB, (over - 1) * MINUTE + 5), at=over * MINUTE + 5)
    rig.fold()
    bucket, at = ("hours_to", 13) if over == 60 else ("days_to", 0)
    assert rig.one(f"select extract(hour from {bucket} at time zone 'UTC')::int from fold") == at
    [up] = levels.look()
    assert (up.name, up.before, up.after, up.experience) == (BOB, 1, 2, 150)


def test_levels_are_watched_in_lines_where_there_is_no_terminal(rig: Rig) -> None:
    rig.hand(post(ALICE), at=10)
    rig.fold()
    code, out, _ = skytally("watch", "--levels", "--looks", 2, DATABASE_URL=rig.conninfo)
    assert (code, out.splitlines()) == (0, ["12:00:00Z  waiting", "12:00:00Z  0 events/s"])
    assert skytally("watch", DATABASE_URL=rig.conninfo).code == 2


def test_a_sparkline_goes_from_nothing_to_the_most() -> None:
    assert sparkline([0, 1, 2, 7, -1]) == "▁▂▃█▁"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
