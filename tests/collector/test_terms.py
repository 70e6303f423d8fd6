"""What a post counts by: each rule of the plan, and what is as if absent."""

from __future__ import annotations

from typing import Any

import pytest

from collector.emoji import _sequences, emoji_in
from collector.links import link_and_domain
from collector.terms import Dimension, terms_of

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
THUMB_MEDIUM = "\U0001f44d\U0001f3fd"


def named(post: dict[str, Any], dimension: Dimension) -> list[str]:
    return [key for at, key in terms_of(post) if at == dimension]


def tag(name: Any) -> dict[str, Any]:
    return {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": name}]}


def link(uri: Any) -> dict[str, Any]:
    return {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]}


@pytest.mark.parametrize(
    ("langs", "expected"),
    [
        (None, ["und"]), ([], ["und"]), ("en", ["und"]), ([7, None], ["und"]),
        (["!!", "e", "en_US", "neuhochdeutsch"], ["und"]), (["en"], ["en"]),
        (["EN"], ["en"]), (["PT-br"], ["pt"]), (["en-US", "EN", "en-GB"], ["en"]),
        (["ja-JP", "pt-BR", "zh-Hant-TW", "tlh"], ["ja", "pt", "zh", "tlh"]),
    ],
)  # fmt: skip
def test_languages_are_primary_subtags_once_each(langs: Any, expected: list[str]) -> None:
    assert named({"langs": langs}, Dimension.LANGUAGE) == expected


def test_hashtags_of_facets_and_tags_are_one_each_whatever_their_case_and_width() -> None:
    post = {"facets": [tag("Caf\u00e9"), tag("#\uff23af\u0065\u0301"), tag("STRASSE"), tag("stra\u00dfe")],
            "tags": [" #cats ", "Cats", "##x"]}  # fmt: skip
    assert named(post, Dimension.HASHTAG) == ["caf\u00e9", "strasse", "cats", "x"]


@pytest.mark.parametrize("name", ["", "#", "  ", "a\nb", "x" * 641, 7, None, ["x"]])
def test_what_is_no_hashtag_is_as_if_absent(name: Any) -> None:
    assert named({"facets": [tag(name)], "tags": [name]}, Dimension.HASHTAG) == []


@pytest.mark.parametrize(
    ("uri", "expected", "domain"),
    [
        ("https://example.com", "https://example.com", "example.com"),
        ("HTTPS://Me:pw@WWW.Example.COM:443/A/b?x=1#top", "https://www.example.com/A/b?x=1", "example.com"),
        ("http://example.com:8080/", "http://example.com:8080/", "example.com"),
        ("http://example.com:443/", "http://example.com:443/", "example.com"),
        ("http://example.com:80?", "http://example.com", "example.com"),
        ("https://a.b/?utm_source=x&q=2&UTM_medium=y&&z", "https://a.b/?q=2&&z", "a.b"),
        ("https://a.b/?utm_source=x", "https://a.b/", "a.b"),
        ("https://a.b/?utm_source=x&&", "https://a.b/?&", "a.b"),
        ("https://A%4A.b/%4A", "https://a%4a.b/%4A", "a%4a.b"),
        ("https://[v1.ABC]/", "https://[v1.abc]/", "[v1.abc]"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x", "[2001:db8::1]"),
        ("https://www./x", "https://www./x", "www."),
        ("https://a.b:/x", "https://a.b/x", "a.b"),
    ],
)
def test_a_link_has_one_spelling(uri: str, expected: str, domain: str) -> None:
    assert link_and_domain(uri) == (expected, domain)


@pytest.mark.parametrize(
    "uri",
    [
        "", "example.com", "ftp://example.com", "https://", "https:///x", "https://media.tenor.com/x", "mailto:a@b.c",
        "https://a.b:99999/", "https://a.b:x/", "https://[::1", "https://a b/", "https://a.b/\n",
        "https://" + "a" * 2048,
    ],
)  # fmt: skip
def test_what_is_no_link_is_not_counted(uri: str) -> None:
    assert link_and_domain(uri) is None


def test_links_stand_in_facets_and_external_embeds() -> None:
    external = {"$type": "app.bsky.embed.external", "external": {"uri": "https://www.a.b/1"}}
    with_media = {"$type": "app.bsky.embed.recordWithMedia", "record": {}, "media": external}
    assert named({"embed": external}, Dimension.LINK) == ["https://www.a.b/1"]
    post = {"embed": with_media, "facets": [link("https://a.b/1"), link("https://a.b/1#x"), link(7), 7]}
    assert named(post, Dimension.LINK) == ["https://a.b/1", "https://www.a.b/1"]
    assert named(post, Dimension.DOMAIN) == ["a.b"]
    for ill in (7, {}, {"$type": "app.bsky.embed.external"}, {"$type": "app.bsky.embed.external", "external": 7},
                {"$type": "app.bsky.embed.recordWithMedia", "media": 7}, {**external, "$type": ["x"]}):  # fmt: skip
        assert named({"embed": ill}, Dimension.LINK) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain #1 *2", []),
        ("caf\u00e9 \u65e5\u672c", []),
        (f"x{THUMB_MEDIUM}y", [THUMB_MEDIUM]),
        (f"{FAMILY}\u200d\U0001f466", [f"{FAMILY}\u200d\U0001f466"]),
        (FAMILY + FAMILY, [FAMILY, FAMILY]),
        ("1\ufe0f\u20e3 2", ["1\ufe0f\u20e3"]),
        ("\u2764 \u2764\ufe0f", ["\u2764\ufe0f"]),  # the bare heart is a text character
        ("\U0001f1f3\U0001f1f4\U0001f1f8\U0001f1ea", ["\U0001f1f3\U0001f1f4", "\U0001f1f8\U0001f1ea"]),
        ("\U0001f1f3", []),
    ],
)
def test_the_longest_emoji_that_fits_is_taken(text: str, expected: list[str]) -> None:
    assert emoji_in(text) == expected


def test_each_term_is_there_once() -> None:
    post = {"text": FAMILY * 3, "langs": ["en", "en"], "tags": ["a", "A"]}
    assert terms_of(post) == ((Dimension.LANGUAGE, "en"), (Dimension.HASHTAG, "a"), (Dimension.EMOJI, FAMILY))


def test_no_emoji_is_overlooked() -> None:
    missed = [sequence for sequence in _sequences() if emoji_in(f"a{sequence}b") != [sequence]]
    assert not missed
    assert len(_sequences()) == 3953  # as the Unicode Standard 17.0 counts them
