"""What experience is made of: posts by what they show, reposts by what they are of, and their deletes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collector import reposts, rollup
from collector.media import NONE, PLAIN, WITH_ALT, media_in
from tests.collector.frames import ALICE, BOB, CAROL, delete, frame, key, post, post_uri, quote, reply
from tests.collector.rig import Rig

MINUTE = 60_000
DAY = 1440 * MINUTE
BLOB = {"$type": "blob", "ref": {"$link": "bafkrei"}, "mimeType": "image/jpeg", "size": 1}


def images(*alts: object, kind: str = "images", items: str = "images") -> dict[str, Any]:
    return {"$type": f"app.bsky.embed.{kind}", items: [{"alt": alt, "image": BLOB} for alt in alts]}


def video(**more: object) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.video", "video": {**BLOB, "mimeType": "video/mp4"}, **more}


def external(uri: str, description: object = "") -> dict[str, Any]:
    return {"$type": "app.bsky.embed.external", "external": {"uri": uri, "title": "", "description": description}}


def with_media(media: object) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.recordWithMedia", "record": quote(post_uri(BOB, key(1))), "media": media}


def repost(uri: str, did: str = ALICE, at: int = 0, **named: Any) -> bytes:
    return frame("repost", did, at, subject={"uri": uri, "cid": "bafy"}, **named)


GIF = "https://media.tenor.com/a/b.gif?hh=1&ww=1"
SHOWN: list[tuple[Any, int]] = [
    (None, NONE),
    ("images", NONE),
    (quote(post_uri(BOB, key(1))), NONE),
    (images(""), PLAIN),
    (images("", "a cat"), WITH_ALT),
    (images(" \n"), PLAIN),
    (images(7, None), PLAIN),
    (images(), NONE),
    ({"$type": "app.bsky.embed.images"}, NONE),
    ({"$type": "app.bsky.embed.images", "images": [1, "x"]}, NONE),
    (images("", kind="gallery", items="items"), PLAIN),
    (images("", "two dogs", kind="gallery", items="items"), WITH_ALT),
    (images("x", kind="gallery"), NONE),
    (video(), PLAIN),
    (video(alt="a dance"), WITH_ALT),
    (video(alt=3), PLAIN),
    ({"$type": "app.bsky.embed.video"}, NONE),
    (external("https://example.com/"), NONE),
    (external("https://example.com/?media.tenor.com", "ALT: no"), NONE),
    (external(GIF), PLAIN),
    (external(GIF, "a description"), PLAIN),
    (external(GIF, "Alt: a wink"), WITH_ALT),
    (external(GIF, "ALT: "), PLAIN),
    (external(GIF.replace("https://media", "HTTPS://Media"), "ALT: a wink"), WITH_ALT),
    (external("ftp://media.tenor.com/x"), NONE),
    (external("https://[media.tenor.com/x"), NONE),
    (with_media(images("")), PLAIN),
    (with_media(images("a cat")), WITH_ALT),
    (with_media(external(GIF)), PLAIN),
    (with_media(external("https://example.com/")), NONE),
    (with_media(with_media(images(""))), NONE),
    (with_media(None), NONE),
    ({"$type": ["app.bsky.embed.images"], "images": [{"alt": "x"}]}, NONE),
]


@pytest.mark.parametrize(("embed", "media"), SHOWN)
def test_what_a_post_shows(embed: Any, media: int) -> None:
    assert media_in(embed) == media


def test_posts_are_counted_by_what_they_show_whichever_way_they_go(rig: Rig) -> None:
    made = [post(at=n, embed=embed) if embed is not None else post(at=n) for n, (embed, _) in enumerate(SHOWN)]
    # what the short way does not know goes the long way
    made += [post(at=100 + n, embed=embed, strange=1) for n, (embed, _) in enumerate(SHOWN) if embed is not None]
    rig.hand(*made, reply(post_uri(BOB, key(1)), at=300, embed=images("a cat")))
    rig.fold()
    assert [media for (media,) in rig.owner.execute("select media from event order by time")] == [
        *(media for _, media in SHOWN), *(media for embed, media in SHOWN if embed is not None), WITH_ALT,
    ]  # fmt: skip
    plain, alt = (sum(media == of for _, media in SHOWN) for of in (PLAIN, WITH_ALT))
    found = rig.numbers()
    assert (found["posts_with_media"], found["posts_with_alt"]) == (2 * plain, 2 * alt + 1)
    assert (found["posts"], found["replies"]) == (2 * len(SHOWN) - 1, 1)
    assert rig.audit().diff == 0


def test_a_delete_takes_back_what_its_post_showed(rig: Rig) -> None:
    rig.hand(post(embed=images("")), post(at=1, embed=images("a cat")), post(at=2))
    rig.hand(*(delete("post", key(n), at=MINUTE + n) for n in range(3)))
    rig.fold()
    assert rig.numbers() == {
        "posts": 3, "-posts": 3, "posts_with_media": 1, "-posts_with_media": 1,
        "posts_with_alt": 1, "-posts_with_alt": 1,
    }  # fmt: skip
    assert rig.audit().diff == 0


def of_reposts(rig: Rig) -> dict[str, int]:
    return {name: n for name, n in rig.numbers().items() if name.lstrip("-") in ("reposts", *OF)}


OF = ("reposts_of_text", "reposts_of_media", "reposts_of_alt")


def test_what_a_repost_is_of_is_decided_once_all_lanes_have_passed_its_minute(rig: Rig) -> None:
    shown = [post(BOB, n, embed=embed) for n, embed in enumerate((quote("at://x"), images(""), video(alt="a dance")))]
    rig.hand(*(repost(post_uri(BOB, key(n)), at=10 + n) for n in range(3)), repost(post_uri(BOB, key(9)), at=13), at=20)
    rig.fold()
    assert of_reposts(rig) == {"reposts": 4}
    assert rig.audit().diff == 0
    # the posts' lane was late; they are older than the reposts all the same
    rig.hand(*shown, at=MINUTE - 1)
    rig.fold()
    assert of_reposts(rig) == {"reposts": 4}
    rig.hand(at=MINUTE)
    rig.fold()
    assert of_reposts(rig) == {"reposts": 4, "reposts_of_text": 1, "reposts_of_media": 1, "reposts_of_alt": 1}
    assert rig.one("select count(*) from repost_tally") == 0
    assert rig.audit().diff == 0


def test_a_repost_of_what_is_none_of_the_last_seven_days_posts_stays_one_of_the_unknown(rig: Rig) -> None:
    rig.hand(post(BOB, embed=images("")), post(BOB, 1, embed=images("")))
    # seven days before the end of its minute, or after it
    rig.hand(repost(post_uri(BOB, key(0)), at=7 * DAY - MINUTE), repost(post_uri(BOB, key(1)), CAROL, 7 * DAY - 1))
    rig.hand(repost(post_uri(BOB, key(7 * DAY + 2)), at=7 * DAY + 2), repost("at://bob.example/x/1", at=7 * DAY + 3))
    rig.hand(post(BOB, 7 * DAY + MINUTE, rkey=key(7 * DAY + 2), embed=images("")), at=8 * DAY)
    rig.fold()
    assert of_reposts(rig) == {"reposts": 4, "reposts_of_media": 2}
    assert rig.audit().diff == 0


def test_an_undone_repost_takes_back_its_kind(rig: Rig) -> None:
    uri = post_uri(BOB, key(0))
    rig.hand(post(BOB, embed=images("a cat")), repost(uri, at=1), repost(uri, CAROL, 2))
    rig.hand(delete("repost", key(1), at=3), at=MINUTE)
    rig.fold()
    rig.hand(delete("repost", key(2), CAROL, at=MINUTE + 1), at=2 * MINUTE)
    rig.fold()
    assert of_reposts(rig) == {"reposts": 2, "-reposts": 2, "reposts_of_alt": 2, "-reposts_of_alt": 2}
    assert rig.audit().diff == 0


def test_of_a_post_made_again_the_later_one_is_what_is_reposted(rig: Rig) -> None:
    rig.hand(post(BOB, rkey="x", embed=images("")), delete("post", "x", BOB, 1), post(BOB, 2, rkey="x"))
    rig.hand(repost(post_uri(BOB, "x"), at=3), at=MINUTE)
    rig.fold()
    assert of_reposts(rig) == {"reposts": 1, "reposts_of_text": 1}
    assert rig.audit().diff == 0


def test_nothing_is_counted_twice_by_a_replay_a_restart_or_a_late_fold(rig: Rig) -> None:
    frames = [post(BOB, embed=images("")), repost(post_uri(BOB, key(0)), at=1), delete("repost", key(1), at=2)]
    rig.hand(*frames)
    rig.restart()
    rig.hand(*frames, at=MINUTE)
    rig.fold()
    rig.hand(*frames, at=2 * MINUTE)
    rig.fold()
    rig.fold()
    assert rig.numbers() == {
        "posts": 1, "posts_with_media": 1, "reposts": 1, "-reposts": 1, "reposts_received": 1, "-reposts_received": 1,
        "reposts_of_media": 1, "-reposts_of_media": 1,
    }  # fmt: skip
    assert rig.audit().diff == 0


@pytest.mark.parametrize("point", ["reposts_decided", "fold_summed", "fold_truncated", "fold_done"])
def test_a_decision_that_is_cut_off_anywhere_is_made_once(
    rig: Rig, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.hand(post(BOB, embed=images("")), repost(post_uri(BOB, key(0)), at=1), at=MINUTE)

    def cut(name: str) -> None:
        if name == point:
            raise InterruptedError

    monkeypatch.setattr(rollup, "crashpoint", cut)
    monkeypatch.setattr(reposts, "crashpoint", cut)
    fold = rollup.Fold(rig.roller)
    with pytest.raises(InterruptedError):
        fold.fold()
    monkeypatch.undo()
    for again in (fold.fold, rig.fold):
        again()
        assert of_reposts(rig) == {"reposts": 1, "reposts_of_media": 1}
    assert rig.audit().diff == 0


def test_the_days_have_it_all_and_without_experience_nothing_is_counted_by_class(conninfo: str, tmp_path: Path) -> None:
    for experience in (True, False):
        rig = Rig(conninfo, tmp_path, experience=experience)
        at = 0 if experience else 5 * MINUTE
        rig.hand(post(BOB, at, embed=images("")), repost(post_uri(BOB, key(at)), at=at + 1), at=at + MINUTE)
        rig.fold()
        found = rig.numbers()
        assert (found["posts_with_media"], found["reposts_of_media"], found["posts"]) == (1, 1, 1 if experience else 2)
        rig.close()


def test_a_day_that_is_closed_has_every_class(rig: Rig) -> None:
    rig.hand(post(BOB, embed=images("")), repost(post_uri(BOB, key(0)), at=1), at=MINUTE)
    rig.fold()
    rig.hand(post(ALICE, DAY), at=2 * DAY)
    rig.fold()
    query = "select name, gained from account_day join metric on id = metric where metric between 7 and 11"
    assert dict(rig.owner.execute(query).fetchall()) == {"posts_with_media": 1, "reposts_of_media": 1}
