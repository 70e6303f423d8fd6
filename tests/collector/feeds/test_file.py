"""feeds.toml: what it may say, and where it says that something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.errors import BadFeeds
from collector.feeds.file import parse, read
from collector.feeds.rules import Authors, Feed, Guards, Keywords, Layer, definition, of_definition
from collector.feeds.words import graphemes

DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
WHOLE = f"""
# everything that a feed can say
[lists]
weather = ["regn*", "snø"]

[[feeds]]
id = "vær"
name = "Vær 🇳🇴"

[[feeds]]
id = "norsk"
name = "Norsk"
description = "Alt på norsk."
avatar = "norsk.png"
languages = ["nb", "nn", "no", "se"]
hashtags = ["norge"]
domains = ["nrk.no"]
media = true
alt = true
replies = false
labels = ["nudity"]
order = "scored"
days = 7

[feeds.keywords]
include = ["@weather", "sol", "snø"]
exclude = ["@weather"]

[feeds.authors]
exclude = ["{DID}"]

[feeds.guards]
words_min = 4
letters_share_min = 0.3
words = ["kjøp nå"]

[[feeds.scoring]]
by = "age"

[[feeds.scoring]]
by = "keywords"
weight = 2
words = ["@weather"]

[[feeds.scoring]]
by = "author"
authors = {{ "{DID}" = 3 }}
"""


def test_a_file_says_all_there_is_to_say(tmp_path: Path) -> None:
    (tmp_path / "norsk.png").write_bytes(b"\x89PNG\r\n\x1a\n and more")
    (tmp_path / "feeds.toml").write_text(WHOLE.replace('id = "vær"', 'id = "vaer"'))
    first, norsk = read(tmp_path / "feeds.toml")
    assert first == Feed(id="vaer", name="Vær 🇳🇴")
    assert norsk == Feed(
        id="norsk", name="Norsk", description="Alt på norsk.", avatar="norsk.png", languages=("nb", "nn", "no", "se"),
        keywords=Keywords(include=("regn*", "snø", "sol"), exclude=("regn*", "snø")), hashtags=("norge",),
        domains=("nrk.no",), media=True, alt=True, replies=False, authors=Authors(exclude=(DID,)), labels=("nudity",),
        guards=Guards(words_min=4, letters_share_min=0.3, words=("kjøp nå",)), order="scored", days=7,
        scoring=(
            Layer(by="age"), Layer(by="keywords", weight=2, words=("regn*", "snø")),
            Layer(by="author", authors={DID: 3}),
        ),
    )  # fmt: skip
    assert of_definition(definition(norsk)) == norsk
    assert (first.text_days_kept, norsk.text_days_kept) == (0, 30)


A = '[[feeds]]\nid = "a"\nname = "A"\n'
FAMILY, SCORING = "👨‍👩‍👧", 'order = "scored"\nscoring = ['
WRONG = [
    ("[[feeds]\n", "this is no TOML: Expected ']]' at the end of an array declaration (at line 1, column 8)"),
    ("x = 1\n", "line 1: nothing is called x (x)"),
    (A + 'colour = "red"\n', "line 4: nothing is called colour (feeds[0].colour)"),
    (A + 'languages = ["nb",\n  "n"]\n', "line 4: Expected a text matching regex"),
    (A + "\n" + A.replace('"A"', '"A"\norder = "best"'), "line 8: Invalid enum value 'best' (feeds[1].order)"),
    (A + A, "line 5: a is the id of another feed already (feeds[1].id)"),
    (A.replace('"a"', '"a/b"'), "line 2: Expected a text matching regex"),
    ('[[feeds]]\nid = "a"\n', "line 1: name is missing (feeds[0])"),
    (A.replace('"A"', f'"{"Å" * 25}"'), "line 3: 25 graphemes; allowed: 24 (feeds[0].name)"),
    (A + f'description = "{"x" * 301}"\n', "line 4: 301 graphemes; allowed: 300 (feeds[0].description)"),
    (A + 'avatar = "none.png"\n', "line 4: none.png can not be used: "),
    (A + 'avatar = "big.jpg"\n', "line 4: big.jpg can not be used: a picture has at most 1,000,000 bytes; "),
    (A + 'avatar = "a.gif"\n', "line 4: a.gif can not be used: a picture is a PNG or a JPEG; this is neither"),
    (A + '[feeds.keywords]\ninclude = [\n  "x",\n  "@rain",\n]\n', "line 7: there is no list rain; lists: none"),
    (A + 'keywords = { exclude = ["!"] }\n', "line 4: '!' has nothing that words are made of"),
    (A + '[feeds.guards]\nwords_min = -1\n', "line 5: Expected int >= 0 (feeds[0].guards.words_min)"),
    (A + 'order = "scored"\n', "line 4: a scored feed says by what (feeds[0].order)"),
    (A + 'scoring = [{ by = "age" }]\n', 'line 4: only a feed with order = "scored" has a score'),
    (A + 'order = "rising"\nwindow = "7d"\n', "line 5: what is rising does so in 1h or 1d (feeds[0].window)"),
    (A + 'order = "scored"\n[[feeds.scoring]]\nby = "keywords"\n', "line 5: keywords, and nothing else, are scored"),
    (A + 'authors = { include = ["me.example"] }\n', "line 4: Expected a text matching regex"),
    (A + "days = 0\n", "line 4: Expected int >= 1 (feeds[0].days)"),
    (A.replace('"a"', '"a\\n"'), "line 2: there is a control character (U+000A) (feeds[0].id)"),
    (A.replace('"A"', '"A\\u0000"'), "line 3: there is a control character (U+0000) (feeds[0].name)"),
    (A.replace('"a"', '".."'), "line 2: .. can be no record key (feeds[0].id)"),
    (A.replace('"A"', f'"{FAMILY * 24}"'), "line 3: 432 bytes; allowed: 240 (feeds[0].name)"),
    (A + 'hashtags = ["#"]\n', "line 4: '#' is no hashtag (feeds[0].hashtags)"),
    (A + 'domains = ["https://nrk.no/"]\n', "line 4: 'https://nrk.no/' is no domain, such as example.com"),
    (A + SCORING + '{ by = "author", authors = { "me.example" = 2 } }]\n', "line 5: 'me.example' is no DID"),
    (A + 'order = "scored"\n[[feeds.scoring]]\nby = "age"\n[[feeds.scoring]]\nby = "agee"\n', "line 8: Invalid enum"),
    ('[lists]\nrain = ["regn",\n  "!"]\n' + A + 'keywords = { include = ["@rain"] }\n', "line 3: '!' has nothing that"),
    (A + 'description = "a\u2028b\x85"\nfoo = 1\n', "line 5: nothing is called foo"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "big.jpg").write_bytes(b"\xff\xd8\xff" + bytes(1_000_000))
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    with pytest.raises(BadFeeds) as raised:
        parse(text, tmp_path)
    assert raised.value.detail.startswith(said)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(BadFeeds, match="can not be read"):
        read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "seen"),
    [("", 0), ("abc", 3), ("A\u030a", 1), ("👨‍👩‍👧", 1), ("👍🏽", 1), ("🇳🇴🇸🇪", 2), ("❤️", 1), ("한국", 2),
     ("हिन्दी", 3), ("🏴\U000e0067\U000e0062\U000e007f", 1)],
)  # fmt: skip
def test_graphemes_are_what_a_reader_sees(text: str, seen: int) -> None:
    assert graphemes(text) == seen


def test_a_description_may_have_lines() -> None:
    assert parse(A + 'description = """\none\ntwo"""\n', Path())[0].description == "one\ntwo"
