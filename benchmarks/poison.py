"""Bad input, as it comes or may come off a wire: what must be quarantined, and what must be counted as it is.

This module owns the list of poisons, each a healthy line with one thing spoilt, and each with its fate. It
does not know the system that is to survive them. No poison holds a newline byte.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import Literal, NamedTuple

from benchmarks.commit import Commit, Draft, iso
from benchmarks.population import Population, cid, did

Fate = Literal["quarantined", "counted", "either"]
Replacement = bytes | Callable[[re.Match[bytes]], bytes]

SEQ_LAST = 31_527_015_000  # below every seq of a simulation, and counted down, so that no two are the same
FAR_FUTURE_US = 9_999_999_999_999_999  # in the year 2286: ahead of any clock this will run on
HUGE_BYTES = 1_000_000  # what the network lets a record have
RARE = 0.02  # weight of what is huge, or a recording would consist of it
DID_BYTES_MAX = 2_048


class Poison(NamedTuple):
    """One way to spoil a line: the first match of `pattern` in a healthy line of a `kind` is replaced."""

    name: str
    fate: Fate
    kind: str  # like, post, follow, delete, update or account
    pattern: bytes
    replacement: Replacement
    weight: float = 1.0


def _without(key: str) -> bytes:
    """A string or number field, with its comma."""
    return rb'"' + key.encode() + rb'":("[^"]*"|[0-9]+),'


_TEXT = b'"text":"poison"'
_CREATED = rb'"createdAt":"[^"]*"'
_SUBJECT = rb'"subject":\{[^}]*\}'
_PARSE = (
    Poison("cut short", "quarantined", "like", rb'"subject".*', b""),
    Poison("not JSON", "quarantined", "like", rb'"kind":"commit"', b'"kind":commit'),
    Poison("lone surrogate", "quarantined", "post", _TEXT, rb'"text":"half \ud83d of a pair"'),
    Poison("reversed surrogates", "quarantined", "post", _TEXT, rb'"text":"\ude00\ud83d"'),
    Poison("invalid UTF-8", "quarantined", "post", _TEXT, b'"text":"caf\xe9 \xff"'),
    Poison("UTF-8 surrogate", "quarantined", "post", _TEXT, b'"text":"\xed\xa0\xbd"'),
    Poison("bare control character", "quarantined", "post", _TEXT, b'"text":"a\x01b"'),
    Poison("not an object", "quarantined", "like", rb"\{.*", b'["commit"]'),
)
_KEYS = (
    Poison("no did", "quarantined", "like", _without("did"), b""),
    Poison("did a number", "quarantined", "like", rb'"did":"[^"]*"', b'"did":42'),
    Poison("did too long", "quarantined", "like", rb'did:[^"]*', b"did:web:" + b"a" * DID_BYTES_MAX),
    Poison("no time_us", "quarantined", "like", _without("time_us"), b""),
    Poison("time_us a string", "quarantined", "like", rb'"time_us":([0-9]+)', rb'"time_us":"soon"'),
    Poison("time_us far ahead", "quarantined", "like", rb'"time_us":[0-9]+', b'"time_us":%d' % FAR_FUTURE_US),
    Poison("no commit", "quarantined", "like", rb',"commit":\{.*\}', b"}"),
    Poison("no rev", "quarantined", "like", _without("rev"), b""),
    Poison("rev a number", "quarantined", "delete", rb'"rev":"[^"]*"', b'"rev":7'),
    Poison("no rkey", "quarantined", "delete", rb',"rkey":"[^"]*"', b""),
    Poison("rkey a list", "quarantined", "like", rb'"rkey":"[^"]*"', b'"rkey":["a"]'),
    Poison("no collection", "quarantined", "like", _without("collection"), b""),
    Poison("collection null", "quarantined", "follow", rb'"collection":"[^"]*"', b'"collection":null'),
    Poison("no operation", "quarantined", "like", _without("operation"), b""),
    Poison("no subject", "quarantined", "like", rb"," + _SUBJECT, b""),
    Poison("subject a number", "quarantined", "follow", rb'"subject":"[^"]*"', b'"subject":1'),
    Poison("follow of an object", "quarantined", "follow", rb'"subject":"[^"]*"', b'"subject":{"did":"x"}'),
    Poison("subject without uri", "quarantined", "like", rb',"uri":"[^"]*"', b""),
    Poison("uri a number", "quarantined", "like", rb'"uri":"[^"]*"', b'"uri":5'),
    Poison("no record", "quarantined", "like", rb',"record":.*"cid":"[^"]*"', b""),
    Poison("no seq", "quarantined", "account", _without("seq"), b""),
    Poison("seq a string", "quarantined", "account", rb'"seq":[0-9]+', b'"seq":"many"'),
)
_COUNTED = (
    Poison("NUL in text", "counted", "post", _TEXT, rb'"text":"before\u0000after"'),
    Poison("other control characters", "counted", "post", _TEXT, rb'"text":"\u0001\u001b\u0085\ufffe"'),
    Poison("year 1", "counted", "post", _CREATED, b'"createdAt":"0001-01-01T00:00:00Z"'),
    Poison("year 2826", "counted", "like", _CREATED, b'"createdAt":"2826-04-11T09:30:00.000Z"'),
    Poison("createdAt garbage", "counted", "follow", _CREATED, b'"createdAt":"the day before"'),
    Poison("createdAt a number", "counted", "like", _CREATED, b'"createdAt":1783123200'),
    Poison("no createdAt", "counted", "post", _CREATED + b",", b""),
    Poison("langs a string", "counted", "post", rb'"langs":\[[^]]*\]', b'"langs":"en"'),
    Poison("langs of numbers", "counted", "post", rb'"langs":\[[^]]*\]', b'"langs":[1,null,{"a":[]}]'),
    Poison("facets an object", "counted", "post", rb'"langs"', b'"facets":{"index":3},"langs"'),
    Poison("facets of anything", "counted", "post", rb'"langs"', b'"facets":[null,1,{"features":7}],"langs"'),
    Poison("facet out of text", "counted", "post", rb'"langs"', b'"facets":[{"features":[{"$type":"app.bsky.'
           b'richtext.facet#tag","tag":"x"}],"index":{"byteEnd":-4,"byteStart":9e9}}],"langs"'),
    Poison("embed a string", "counted", "post", rb'"langs"', b'"embed":"picture","langs"'),
    Poison("embed of unknown type", "counted", "post", rb'"langs"', b'"embed":{"$type":"x.y.z"},"langs"'),
    Poison("tags of objects", "counted", "post", _TEXT, b'"tags":[{"tag":"a"}],' + _TEXT),
    Poison("text a number", "counted", "post", _TEXT, b'"text":12.5'),
    Poison("via a string", "counted", "like", rb'\},"cid":', b',"via":"nobody"},"cid":'),
    Poison("no cid", "counted", "like", rb',"cid":"[^"]*"\}\}$', b"}}"),
    Poison("unknown keys", "counted", "like", rb'"kind"', b'"cursor":12345,"next":{"a":[1.5e300,[]]},"kind"'),
    Poison("white space", "counted", "like", rb'"kind":"commit"', b'  "kind" :\t"commit" '),
    Poison("did as long as can be", "counted", "like", rb'did:[^"]*',
           lambda found: b"did:web:" + found[0].rjust(DID_BYTES_MAX, b"a")[8:].replace(b":", b".")),
    Poison("long rkey", "counted", "like", rb'"rkey":"', b'"rkey":"' + b"k" * 490),
    Poison("delete of the unseen", "counted", "delete", rb"^", b""),
    Poison("update of the unseen", "counted", "update", rb"^", b""),
    Poison("unknown collection", "counted", "update", rb"app\.bsky\.actor\.profile", b"x.example.nowhere"),
    Poison("huge record", "counted", "post", _TEXT, b'"text":"' + b"x" * HUGE_BYTES + b'"', RARE),
)  # fmt: skip
_EITHER = (
    Poison("unknown kind", "either", "like", rb'"kind":"commit"', b'"kind":"lunch"'),
    Poison("unknown operation", "either", "like", rb'"create"', b'"upsert"'),
    Poison("escaped did", "either", "like", rb'"did":"did:', rb'"did":"\u0064id:'),
    Poison(
        "deep nesting",
        "either",
        "like",
        rb'"createdAt"',
        b'"a":' + b"[" * 3000 + b"]" * 3000 + b',"createdAt"',
    ),
)
POISONS = _PARSE + _KEYS + _COUNTED + _EITHER


class Poisoner:
    """Makes poisonous lines, of accounts that otherwise do nothing at that moment."""

    def __init__(self, random: Random, population: Population) -> None:
        self._random = random
        self._population = population
        self._seq = SEQ_LAST
        self._sums = list(accumulate(poison.weight for poison in POISONS))

    def line(self, time_us: int) -> bytes:
        """Any poisonous line of a stream time, without newline."""
        place = bisect_right(self._sums, self._random.random() * self._sums[-1], 0, len(POISONS) - 1)
        return self.spoil(POISONS[place], time_us)

    def spoil(self, poison: Poison, time_us: int) -> bytes:
        """A line with one certain poison."""
        healthy = self._account(time_us) if poison.kind == "account" else self._commit(poison.kind, time_us)
        given = poison.replacement
        replacement = given if callable(given) else lambda _: given  # as it stands: no escapes are read in it
        return re.sub(poison.pattern, replacement, healthy.line(time_us), count=1)

    def _commit(self, kind: str, time_us: int) -> Draft:
        commit = Commit(self._random, self._population, self._population.anyone(self._random), time_us)
        subject = did(self._population.famous(self._random))
        created = f'"createdAt":"{iso(time_us)}"'
        uri = f"at://{subject}/app.bsky.feed.post/{commit.key()}"
        key = commit.key()
        if kind == "post":
            record = f'{{"$type":"app.bsky.feed.post",{created},"langs":["en"],"text":"poison"}}'
            commit.create("app.bsky.feed.post", key, record)
        elif kind == "like":
            record = (
                f'{{"$type":"app.bsky.feed.like",{created},"subject":{{"cid":"{cid(uri)}","uri":"{uri}"}}}}'
            )
            commit.create("app.bsky.feed.like", key, record)
        elif kind == "follow":
            record = f'{{"$type":"app.bsky.graph.follow",{created},"subject":"{subject}"}}'
            commit.create("app.bsky.graph.follow", key, record)
        elif kind == "update":
            record = f'{{"$type":"app.bsky.actor.profile",{created},"displayName":"poison"}}'
            commit.create("app.bsky.actor.profile", "self", record, "update")
        else:
            commit.delete("app.bsky.feed.like", key)
        return commit.drafts[0]

    def _account(self, time_us: int) -> Draft:
        self._seq -= 1
        owner = did(self._population.anyone(self._random))
        body = f'{{"active":true,"did":"{owner}","seq":{self._seq},"time":"{iso(time_us)}"}}'
        return Draft(owner, f'"account","account":{body}}}')
