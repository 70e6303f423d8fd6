"""Which feeds take a post: every filter by itself, guards, labels, and many feeds at once against one after another."""

from __future__ import annotations

import random
from typing import Any

import pytest

from collector.decode import decode
from collector.event import Event
from collector.feeds.matcher import Matcher, Post
from collector.feeds.rules import Authors, Feed, Guards, Keywords, Layer, Stored
from collector.feeds.words import Vocabulary, folded, words_in
from sql.ids import Ids
from tests.collector.frames import ALICE, BOB, NOON_US, mention, post, post_uri

IDS = Ids(bytes(16))
BLOB = {"$type": "blob", "ref": {"$link": "bafkrei"}, "mimeType": "image/jpeg", "size": 1}


def images(*alts: str) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.images", "images": [{"alt": alt, "image": BLOB} for alt in alts]}


def labels(*values: str) -> dict[str, Any]:
    return {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": value} for value in values]}


def link(uri: str) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.external", "external": {"uri": uri, "title": "", "description": ""}}


REPLY = {"root": {"uri": post_uri(BOB, "x")}, "parent": {"uri": post_uri(BOB, "x")}}


def as_post(did: str = ALICE, **record: Any) -> Post:
    frame = post(did, 1, **record)
    event = decode(frame, NOON_US * 2)
    assert isinstance(event, Event)
    assert event.post is not None
    found = event.post
    return Post(IDS.account(did), found.reply, found.media, [IDS.term(*term) for term in found.terms], frame)


def takes(rules: dict[str, Any], did: str = ALICE, **record: Any) -> bool:
    matcher = Matcher([Stored(7, Feed(id="a", name="A", **rules))], IDS)
    match = matcher.match(as_post(did, **record))
    assert match is None or match.feeds == [7]
    return match is not None


def words(*include: str, exclude: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"keywords": Keywords(include=include, exclude=exclude)}


NB = {"languages": ("nb",)}
CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    (NB, {"langs": ["nb"]}, True),
    (NB, {"langs": ["nb-NO"]}, True),
    (NB, {"langs": ["en", "NB"]}, True),
    (NB, {"langs": ["nbx"]}, False),
    (NB, {"langs": []}, False),
    (NB, {"langs": "nb"}, False),
    ({"languages": ("pt-BR",)}, {"langs": ["pt-br"]}, True),
    ({"languages": ("pt-BR",)}, {"langs": ["pt-BR-x-abc"]}, True),
    ({"languages": ("pt-BR",)}, {"langs": ["pt"]}, False),
    ({"languages": ("pt-BR",)}, {"langs": ["pt-PT"]}, False),
    (words("cat"), {"text": "A CAT."}, True),
    (words("cat"), {"text": "cats"}, False),
    (words("cat*"), {"text": "Cats"}, True),
    (words("cat*"), {"text": "bobcat"}, False),
    (words("good morn*"), {"text": "Good, morning!"}, True),
    (words("good morning"), {"text": "good mornings"}, False),
    (words("covid-19"), {"text": "covid 19 again"}, True),
    (words("norge"), {"text": "#Norge"}, True),
    (words("ｃａｔ"), {"text": "cat"}, True),
    (words("猫"), {"text": "私の猫です"}, True),
    (words("猫"), {"text": "犬"}, False),
    (words("straße"), {"text": "STRASSE"}, True),
    (words("cat", exclude=("dog",)), {"text": "cat and dog"}, False),
    (words(exclude=("dog",)), {"text": "bird"}, True),
    (words("cat"), {"text": 7}, False),
    ({"hashtags": ("#Norge",)}, {"tags": ["NORGE"]}, True),
    ({"hashtags": ("norge",)}, {"text": "norge"}, False),
    ({"domains": ("nrk.no",)}, {"embed": link("https://www.nrk.no/x")}, True),
    ({"domains": ("nrk.no",)}, {"embed": link("https://xnrk.no/")}, False),
    ({"media": True}, {"embed": images("")}, True),
    ({"media": True}, {}, False),
    ({"media": False}, {"embed": images("")}, False),
    ({"alt": True}, {"embed": images("a cat")}, True),
    ({"alt": True}, {"embed": images("")}, False),
    ({"replies": False}, {"reply": REPLY}, False),
    ({"replies": True}, {"reply": REPLY}, True),
    ({"authors": Authors(include=(BOB,))}, {}, False),
    ({"authors": Authors(include=(ALICE, BOB))}, {}, True),
    ({"authors": Authors(exclude=(ALICE,))}, {}, False),
    ({}, {"labels": labels("porn")}, False),
    ({}, {"labels": labels()}, True),
    ({}, {"labels": "porn"}, False),
    ({"labels": ("nudity",)}, {"labels": labels("nudity")}, True),
    ({"labels": ("nudity",)}, {"labels": labels("nudity", "porn")}, False),
    ({"guards": Guards(characters_min=6)}, {"text": " hello "}, False),
    ({"guards": Guards(words_min=4)}, {"text": "one two three"}, False),
    ({"guards": Guards(words_min=4)}, {"text": "今日はとても寒いです"}, True),
    ({"guards": Guards(letters_share_min=0.3)}, {"text": "a 123456789"}, False),
    ({"guards": Guards(repeats_max=3)}, {"text": "buy buy buy BUY"}, False),
    ({"guards": Guards(repeats_max=3)}, {"text": "hahaha no"}, True),
    ({"guards": Guards(repeats_max=3)}, {"text": "hahahaha no"}, False),
    ({"guards": Guards(repeats_max=3)}, {"text": "noooo"}, False),
    ({"guards": Guards(hashtags_max=1)}, {"tags": ["a", "b"]}, False),
    ({"guards": Guards(mentions_max=0)}, {"facets": [mention(BOB)]}, False),
    ({"guards": Guards(emoji_max=1)}, {"text": "😀😀"}, False),
    ({"guards": Guards(words=("crypto*",))}, {"text": "cryptocoin"}, False),
    ({**NB, **words("sol")}, {"langs": ["nb"], "text": "sol"}, True),
    ({**NB, **words("sol")}, {"langs": ["nb"], "text": "regn"}, False),
    ({**NB, **words("sol")}, {"langs": ["en"], "text": "sol"}, False),
]


@pytest.mark.parametrize(("rules", "record", "taken"), CASES)
def test_a_feed_takes_what_passes_its_filters(rules: dict[str, Any], record: dict[str, Any], taken: bool) -> None:
    assert takes(rules, **record) is taken


def test_many_feeds_at_once_take_what_each_would_by_itself() -> None:
    every = [Feed(id=f"f{at}", name="F", **rules) for at, (rules, _, _) in enumerate(CASES)]
    chosen = random.Random(5)
    chosen.shuffle(every)
    matcher = Matcher([Stored(at, feed) for at, feed in enumerate(every)], IDS)
    alone = [Matcher([Stored(at, feed)], IDS) for at, feed in enumerate(every)]
    for _, record, _ in CASES:
        found = matcher.match(as_post(**record))
        expected = [at for at, each in enumerate(alone) if each.match(as_post(**record))]
        assert (found.feeds if found else []) == expected


def test_what_words_and_authors_make_a_post_worth() -> None:
    scoring = (
        Layer(by="keywords", words=("cat*", "dog")), Layer(by="keywords", weight=2, words=("bird",)),
        Layer(by="author", weight=2, authors={BOB: 3}), Layer(by="age"),
    )  # fmt: skip
    matcher = Matcher([Stored(1, Feed(id="a", name="A", order="scored", scoring=scoring))], IDS)

    def worth(did: str, text: str) -> float:
        match = matcher.match(as_post(did, text=text))
        assert match is not None
        return match.worths[0]

    assert worth(ALICE, "nothing") == 1
    assert worth(ALICE, "cats") == 1.5
    assert worth(ALICE, "cats, dog") == pytest.approx(1 + 2 / 3)
    assert worth(BOB, "bird") == pytest.approx(9 * 1.5**2)


def test_a_detector_says_the_language_where_it_is_sure() -> None:
    feed = Feed(id="a", name="A", languages=("nb", "nn"), detect=True, confidence_min=0.7)
    sure = {"norsk tekst": ("nb", 0.9), "english text": ("en", 0.9), "hm": (None, 0.0), "kanskje": ("nb", 0.5)}
    matcher = Matcher([Stored(1, feed)], IDS, sure.__getitem__)

    def found(text: str, *langs: str) -> Any:
        match = matcher.match(as_post(text=text, langs=list(langs)))
        return match and match.detected

    assert found("norsk tekst", "en") == ("nb", 0.9)
    assert found("english text", "nb") is None
    assert found("hm", "nn") == (None, 0.0)
    assert found("kanskje", "en") is None
    assert found("kanskje", "nb-NO") == ("nb", 0.5)


def test_a_vocabulary_finds_what_a_search_for_each_would() -> None:
    chosen = random.Random(11)
    letters = "ab "
    wanted = sorted({"".join(chosen.choices("ab", k=chosen.randint(1, 3))) for _ in range(12)})
    wanted += [f"{word}*" for word in wanted[:6]] + ["a b", "ab a*"]
    vocabulary = Vocabulary()
    for at, word in enumerate(wanted):
        vocabulary.add([word], 1 << at)
    for _ in range(300):
        text = "".join(chosen.choices(letters, k=20))
        found = sum(set(vocabulary.hits(folded(text), words_in(text))))
        padded = f" {' '.join(text.split())} "
        expected = sum(
            1 << at for at, word in enumerate(wanted)
            if (f" {word[:-1]}" if word.endswith("*") else f" {word} ") in padded
        )  # fmt: skip
        assert found == expected, text


@pytest.mark.parametrize(
    ("wanted", "text", "has"),
    [
        ("मोदी", "मुद्दा", False), ("मोदी", "आज मोदी बोले", True), ("कि*", "किताब", True), ("कि*", "कुछ", False),
        ("கல்", "கலை", False), ("istanbul", "İSTANBUL!", True), ("İstanbul", "istanbul", True), ("a", "a❤️", True),
        ("blå", "BLA\u030a", True), ("שלום", "אמר שלום!", True),
    ],
)  # fmt: skip
def test_words_end_where_their_script_has_them_end(wanted: str, text: str, has: bool) -> None:
    assert takes(words(wanted), text=text) == has
