"""The terms of a post, to the audit: languages, hashtags, links with their domains, emoji; and what counts as none."""

from __future__ import annotations

import pytest

from ops.audit.emoji import LIST
from ops.audit.terms import terms


def keys(dimension: str, **post: object) -> list[str]:
    """The keys of a post in one dimension."""
    return [key for name, key in terms(post) if name == dimension]


def facet(kind: str, **fields: object) -> dict[str, object]:
    return {
        "index": {"byteStart": 0, "byteEnd": 3},
        "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **fields}],
    }


def card(uri: object) -> dict[str, object]:
    return {"$type": "app.bsky.embed.external", "external": {"uri": uri, "title": "", "description": ""}}


def with_media(media: object) -> dict[str, object]:
    return {"$type": "app.bsky.embed.recordWithMedia", "record": {}, "media": media}


def test_terms_are_of_all_dimensions_and_in_order() -> None:
    post = {
        "text": "🐈 https://Example.com",
        "langs": ["en"],
        "facets": [facet("link", uri="https://Example.com"), facet("tag", tag="Cats")],
    }
    assert terms(post) == (
        ("domain", "example.com"),
        ("emoji", "🐈"),
        ("hashtag", "cats"),
        ("language", "en"),
        ("link", "https://example.com"),
    )


@pytest.mark.parametrize("post", [{}, {"text": ""}, {"text": "cats #cats https://example.com"}])
def test_terms_of_posts_about_nothing_are_that_no_language_is_told(post: object) -> None:
    assert terms(post) == (("language", "und"),)


@pytest.mark.parametrize(
    ("langs", "expected"),
    [
        (["en-US", "EN", "DE-at"], ["de", "en"]),
        (["pt-BR", "pt-PT"], ["pt"]),
        (["x", "toolonglanguage", "e1", "", "-en", "en_US", "日本"], ["und"]),
        ([5, None, ["en"], "ja"], ["ja"]),
        ([], ["und"]),
        ("en", ["und"]),
        (None, ["und"]),
    ],
)
def test_languages_are_each_primary_subtag_once(langs: object, expected: list[str]) -> None:
    assert keys("language", langs=langs) == expected


class TestHashtags:
    @pytest.mark.parametrize(
        ("tag", "expected"),
        [
            ("Cats", "cats"),
            ("#Cats", "cats"),
            ("##cats", "cats"),
            ("  # cats\n", "cats"),
            ("\u3000cats\u00a0", "cats"),
            ("# #cats", "#cats"),
            ("c#", "c#"),
            ("two words", "two words"),
            ("＃Ｃａｔｓ", "cats"),
            ("ﬁsh", "fish"),
            ("Straße", "strasse"),
            ("e\u0301TÉ", "été"),
            ("ΣΑΣ", "σασ"),
            ("日本", "日本"),
            ("ｶﾞ", "ガ"),
            ("🐈", "🐈"),
            ("a\u200db", "a\u200db"),
            ("x" * 640, "x" * 640),
            ("#" + "x" * 640, "x" * 640),
        ],
    )
    def test_are_one_however_they_are_written(self, tag: str, expected: str) -> None:
        assert keys("hashtag", tags=[tag]) == [expected]
        assert keys("hashtag", facets=[facet("tag", tag=tag)]) == [expected]

    @pytest.mark.parametrize(
        "tag",
        [
            "",
            " ",
            "#",
            " ## ",
            "a\0b",
            "\0a",
            "a\x1bb",
            "a\nb",
            "a\x7f",
            "a\x9fb",
            "x" * 641,
            "ß" * 321,
            "ﷺ" * 36,
            5,
            None,
            ["cats"],
            {"tag": "cats"},
        ],
    )
    def test_that_say_nothing_are_none(self, tag: object) -> None:
        assert keys("hashtag", tags=[tag]) == []
        assert keys("hashtag", facets=[facet("tag", tag=tag)]) == []

    def test_are_those_of_facets_and_tags_each_once(self) -> None:
        facets = [facet("tag", tag="b"), facet("tag", tag="A"), facet("mention", tag="c"), facet("link", tag="d")]
        assert keys("hashtag", facets=facets, tags=["#a", "e", 5, "E"]) == ["a", "b", "e"]

    def test_are_those_of_every_feature(self) -> None:
        both = {"features": [*facet("tag", tag="a")["features"], *facet("tag", tag="b")["features"]]}  # type: ignore[misc]
        assert keys("hashtag", facets=[both]) == ["a", "b"]

    @pytest.mark.parametrize(
        "ill",
        [
            "x",
            5,
            {"0": facet("tag", tag="a")},
            [None, "x", 5, []],
            [{"features": "x"}],
            [{"features": {"0": 1}}],
            [{"features": ["x", None, {"tag": "a"}, {"$type": 5, "tag": "a"}]}],
            [{"$type": "app.bsky.richtext.facet#tag", "tag": "a"}],
        ],
    )
    def test_in_ill_typed_facets_are_none(self, ill: object) -> None:
        assert keys("hashtag", facets=ill) == []

    @pytest.mark.parametrize("ill", ["cats", 5, None, {"0": "cats"}, [["cats"]]])
    def test_in_ill_typed_tags_are_none(self, ill: object) -> None:
        assert keys("hashtag", tags=ill) == []


class TestEmoji:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("no emoji: 1 # * ©", []),
            ("😀", ["😀"]),
            ("😀a😀", ["😀"]),
            ("😀🐈", ["🐈", "😀"]),
            ("👍🏽", ["👍🏽"]),
            ("👍👍🏽", ["👍", "👍🏽"]),
            ("👍 🏽", ["🏽", "👍"]),
            ("👨‍👩‍👧", ["👨‍👩‍👧"]),
            ("👨‍👩‍", ["👨", "👩"]),
            ("👩‍👩‍👩", ["👩"]),
            ("🇩🇪", ["🇩🇪"]),
            ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
            ("🇩🇩🇪", ["🇩🇪"]),
            ("🇩🇪🇫", ["🇩🇪"]),
            ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", ["🏴󠁧󠁢󠁥󠁮󠁧󠁿"]),
            ("\u2764", []),
            ("\u2764\ufe0f", ["\u2764\ufe0f"]),
            ("\u231a\ufe0e", ["\u231a"]),
            ("1\ufe0f\u20e3 1", ["1\ufe0f\u20e3"]),
            ("#\ufe0f\u20e3", ["#\ufe0f\u20e3"]),
            ("\U0001faea", ["\U0001faea"]),  # new in 17.0
        ],
    )
    def test_are_the_longest_sequences_from_left_to_right(self, text: str, expected: list[str]) -> None:
        assert keys("emoji", text=text) == expected

    @pytest.mark.parametrize("text", [None, 5, ["😀"], {"text": "😀"}])
    def test_are_none_in_what_is_no_text(self, text: object) -> None:
        assert keys("emoji", text=text) == []

    def test_are_none_outside_the_text(self) -> None:
        assert keys("emoji", text="x", tags=["😀"], alt="😀", embed=card("https://😀.example")) == []

    def test_are_all_of_the_list(self) -> None:
        listed = [line for line in LIST.read_text(encoding="utf-8").split("\n")[:-1] if not line.startswith("# ")]
        assert len(listed) == 3_953
        assert keys("emoji", text=" ".join(listed)) == sorted(listed)


class TestLinks:
    @pytest.mark.parametrize(
        ("embed", "facets"),
        [
            (card("https://a.example/"), None),
            (with_media(card("https://a.example/")), None),
            (None, [facet("link", uri="https://a.example/")]),
            (card("https://a.example/"), [facet("link", uri="HTTPS://A.EXAMPLE:443/#top")]),
        ],
    )
    def test_are_those_of_facets_and_cards_each_once(self, embed: object, facets: object) -> None:
        assert keys("link", embed=embed, facets=facets) == ["https://a.example/"]
        assert keys("domain", embed=embed, facets=facets) == ["a.example"]

    def test_share_their_domain(self) -> None:
        facets = [facet("link", uri=f"https://{host}") for host in ("www.a.example/1", "a.example/2", "a.example:8/3")]
        assert keys("link", facets=facets) == [
            "https://a.example/2",
            "https://a.example:8/3",
            "https://www.a.example/1",
        ]
        assert keys("domain", facets=facets) == ["a.example"]

    @pytest.mark.parametrize(
        "ill",
        [
            "https://a.example",
            5,
            [card("https://a.example")],
            card(5),
            card(None),
            {"$type": "app.bsky.embed.external", "external": "https://a.example"},
            {"$type": "app.bsky.embed.external", "uri": "https://a.example"},
            {"external": {"uri": "https://a.example"}},
            {"$type": "app.bsky.embed.images", "external": {"uri": "https://a.example"}},
            {"$type": "app.bsky.embed.external", "media": card("https://a.example")},
            {"$type": "app.bsky.embed.recordWithMedia", "external": {"uri": "https://a.example"}},
            with_media("https://a.example"),
            with_media({"external": {"uri": "https://a.example"}}),
            with_media(with_media(card("https://a.example"))),
        ],
    )
    def test_in_ill_typed_cards_are_none(self, ill: object) -> None:
        assert keys("link", embed=ill) == []

    @pytest.mark.parametrize("ill", [[facet("link", uri=5)], [facet("tag", uri="https://a.example")], "x", [[]]])
    def test_in_ill_typed_facets_are_none(self, ill: object) -> None:
        assert keys("link", facets=ill) == []
