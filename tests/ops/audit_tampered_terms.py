"""Ways in which what posts are about, and who wrote it, can be wrong in a database, and what the audit says of each."""

from __future__ import annotations

from typing import LiteralString

CATS = "event did:plc:alice 2222222222223 app.bsky.feed.post 2222222222223 terms: expected"
TERMS_OF_CATS = "domain:example.com emoji:🐈 hashtag:cats language:en link:https://www.example.com/a"

TERMS: dict[str, tuple[LiteralString, list[str]]] = {
    "a term missing in the log": (
        "update event set terms = array_remove(terms, 802) where rev = 1",
        [f"{CATS} {TERMS_OF_CATS}, found domain:example.com emoji:🐈 language:en link:https://www.example.com/a"],
    ),
    "a term too many in the log": (
        "update event set terms = terms || 881::bigint where rev = 1",
        [
            (
                f"{CATS} {TERMS_OF_CATS}, found "
                "domain:example.com emoji:🐈 hashtag:cats language:en language:und link:https://www.example.com/a"
            )
        ],
    ),
    "a term twice in the log": (
        "update event set terms = '{881, 881}' where rev = 3",
        [
            (
                "event did:web:carol.example 2222222222225 app.bsky.feed.post 2222222222225 terms: "
                "expected language:und, found language:und language:und"
            )
        ],
    ),
    "another term in the log": (
        "update event set terms = '{801}' where rev = 3",
        [
            (
                "event did:web:carol.example 2222222222225 app.bsky.feed.post 2222222222225 terms: "
                "expected language:und, found language:en"
            )
        ],
    ),
    "no terms in the log": (
        "update event set terms = null where rev = 1",
        [f"{CATS} {TERMS_OF_CATS}, found none"],
    ),
    "terms of what is no post": (
        "update event set terms = '{802}' where rev in (2, 900)",
        [
            "event did:plc:alice #identity 900 terms: expected none, found hashtag:cats",
            (
                "event did:plc:bob 2222222222224 app.bsky.feed.like 2222222222224 terms: "
                "expected none, found hashtag:cats"
            ),
        ],
    ),
    "a term without a name": (
        "delete from term where id = 805",
        [
            "author_minute 2026-07-04T14:38:00Z ? ?805 did:plc:alice: expected no such author, found one",
            "author_minute 2026-07-04T14:38:00Z emoji 🐈 did:plc:alice: expected an author, found none",
            (
                f"{CATS} {TERMS_OF_CATS}, found "
                "?:?805 domain:example.com hashtag:cats language:en link:https://www.example.com/a"
            ),
            "term_minute 2026-07-04T14:38:00Z ? as emoji ?805: expected +0 -0, found +1 -0",
            "term_minute 2026-07-04T14:38:00Z emoji 🐈: expected +1 -0, found none",
        ],
    ),
    "a sum missing": (
        "delete from term_minute where term = 802",
        ["term_minute 2026-07-04T14:38:00Z hashtag cats: expected +1 -0, found none"],
    ),
    "a sum too many": (
        "insert into term_minute (minute, term, dimension, gained, lost) values ('2026-07-04 14:39Z', 802, 2, 0, 1)",
        ["term_minute 2026-07-04T14:39:00Z hashtag cats: expected +0 -0, found +0 -1"],
    ),
    "a sum of another term": (
        "update term_minute set term = 881 where term = 801",
        [
            "term_minute 2026-07-04T14:38:00Z language en: expected +1 -0, found none",
            "term_minute 2026-07-04T14:38:00Z language und: expected +1 -0, found +2 -0",
        ],
    ),
    "a sum in another dimension than its term": (
        "update term_minute set dimension = 3 where term = 802",
        [
            "term_minute 2026-07-04T14:38:00Z hashtag as link cats: expected +0 -0, found +1 -0",
            "term_minute 2026-07-04T14:38:00Z hashtag cats: expected +1 -0, found none",
        ],
    ),
    "a tally in an unknown dimension": (
        "update term_tally_0 set dimension = 9 where term = 804",
        [
            "term_minute 2026-07-04T14:38:00Z domain as ?9 example.com: expected +0 -0, found +1 -0",
            "term_minute 2026-07-04T14:38:00Z domain example.com: expected +1 -0, found none",
        ],
    ),
    "an author missing": (
        "delete from author_minute where term = 802",
        ["author_minute 2026-07-04T14:38:00Z hashtag cats did:plc:alice: expected an author, found none"],
    ),
    "an author missing of what waits in a tally": (
        "update term_tally_0 set gained = 0, author = 12 where term = 804; "
        "insert into term_minute (minute, term, dimension, gained, lost) values ('2026-07-04 14:38Z', 804, 4, 1, 0)",
        ["author_minute 2026-07-04T14:38:00Z domain example.com did:plc:alice: expected an author, found none"],
    ),
    "an author too many": (
        "insert into author_minute (minute, term, author) values ('2026-07-04 14:38Z', 802, 13)",
        [
            (
                "author_minute 2026-07-04T14:38:00Z hashtag cats did:web:carol.example: "
                "expected no such author, found one"
            )
        ],
    ),
    "an author too many in what waits in a tally": (
        "update term_tally_0 set gained = 1, lost = 1 where author = 12",
        [
            "author_minute 2026-07-04T14:39:00Z hashtag cats did:plc:bob: expected no such author, found one",
            "term_minute 2026-07-04T14:39:00Z hashtag cats: expected +0 -0, found +1 -1",
        ],
    ),
    "an author of another minute": (
        "update author_minute set minute = '2026-07-04 14:39Z' where term = 801",
        [
            "author_minute 2026-07-04T14:38:00Z language en did:plc:alice: expected an author, found none",
            "author_minute 2026-07-04T14:39:00Z language en did:plc:alice: expected no such author, found one",
        ],
    ),
}
