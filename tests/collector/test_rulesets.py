"""Rulesets: ours as the database has them, and what an operator's own may say."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict
from psycopg.rows import dict_row

from collector.errors import BadRuleset
from collector.rulesets import BUILT_IN, parse
from tests.collector.rig import Rig

OWN = """
[rulesets.quiet]
post = 5
post_with_media = 4
post_with_alt = 9
like = 0
repost_of_text = 1
repost_of_media = 2
repost_of_alt = 3
repost_of_unknown = 1
deletes = "return"
"""


def test_the_database_has_ours_as_they_are_here(rig: Rig) -> None:
    found = rig.owner.cursor(row_factory=dict_row).execute("select * from ruleset where built_in").fetchall()
    assert {row["name"] for row in found} == set(BUILT_IN)
    for row in found:
        ours = BUILT_IN[row["name"]]
        assert {name: row[name] for name in asdict(ours)} == asdict(ours)
        worth = rig.owner.execute("select name, points from worth_by(%s)", (row["name"],)).fetchall()
        assert dict(worth) == {metric.name.lower(): points for metric, points in ours.worth().items()}


def test_an_operator_has_their_own() -> None:
    assert asdict(parse(OWN)["quiet"]) == {
        "post": 5, "post_with_media": 4, "post_with_alt": 9, "like": 0, "repost_of_text": 1, "repost_of_media": 2,
        "repost_of_alt": 3, "repost_of_unknown": 1, "post_before": 0, "deletes": "return",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rulesets", "no TOML"),
        ("", "missing required field `rulesets`"),
        ("[rulesets]", "0 rulesets; allowed: 1 to 100"),
        (OWN.replace("post = 5", ""), "missing required field `post` - at `$.rulesets"),
        (OWN.replace("like = 0", "like = -1"), "`int` >= 0 - at `$.rulesets[...].like`"),
        (OWN.replace("like = 0", "like = 100001"), "`int` <= 100000 - at `$.rulesets[...].like`"),
        (OWN.replace("like = 0", "like = 1.5"), "Expected `int`, got `float` - at `$.rulesets[...].like`"),
        (OWN.replace("like = 0", "like = true"), "Expected `int`, got `bool` - at `$.rulesets[...].like`"),
        (OWN.replace("like", "likes"), "unknown field `likes`"),
        (OWN.replace('"return"', '"forget"'), "Invalid enum value 'forget'"),
        (OWN.replace("quiet", "article"), "[rulesets.article] is one of ours"),
        (OWN.replace("quiet", "Quiet"), "[rulesets.Quiet] is no name"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(BadRuleset) as raised:
        parse(text)
    assert says in str(raised.value)
