"""The simulation follows from its seed, looks like the genuine stream, and hangs together."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import orjson
import pytest

from benchmarks.mix import MIX, MIXES, POST
from benchmarks.recording import read
from benchmarks.simulator import (
    START_US,
    SimulateOptions,
    Simulation,
    simulate,
    start_us_of,
    write_recording,
)
from benchmarks.tid import PATTERN, time_us_of

GENUINE = Path(__file__).resolve().parents[3] / "shared" / "recorded" / "jetstream-corpus-2026-07-04"
COUNT = 120_000
Json = dict[str, Any]


@cache
def stream(seed: int = 1, count: int = COUNT) -> list[tuple[int, bytes]]:
    return list(islice(Simulation(seed, accounts_count=200_000).events(), count))


@cache
def events() -> list[Json]:
    return [orjson.loads(line) for _, line in stream()]


def commits(collection: str = "", operation: str = "") -> list[Json]:
    return [
        event
        for event in events()
        if event["kind"] == "commit"
        and collection in ("", event["commit"]["collection"])
        and operation in ("", event["commit"]["operation"])
    ]


def digest(seed: int) -> str:
    return hashlib.sha256(
        b"\n".join(line for _, line in islice(Simulation(seed).events(), 20_000))
    ).hexdigest()


def test_a_seed_gives_the_same_bytes_on_every_machine() -> None:
    # A change of these bytes is a change of every published measurement: say so in the changelog.
    assert digest(1) == digest(1)
    assert digest(1) != digest(2)
    assert digest(1) == "824d93afd4aaf19e69a2f3a23692a0b03aedafaae547504af327af2725c01c5d"


def test_times_increase_strictly_and_stand_in_the_lines() -> None:
    times = [time_us for time_us, _ in stream()]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert times[0] >= START_US
    assert [event["time_us"] for event in events()] == times


def test_revs_are_tids_and_increase_strictly_in_each_repository() -> None:
    last: dict[str, tuple[str, int]] = {}
    for number, event in enumerate(commits()):
        rev = event["commit"]["rev"]
        assert PATTERN.fullmatch(rev.encode())
        before, at = last.get(event["did"], ("", 0))
        assert rev > before or (rev == before and number - at < 400), (
            "only operations of one commit share a rev"
        )
        last[event["did"]] = rev, number


def test_the_keys_of_events_are_unique() -> None:
    keys = [
        (event["did"], event["commit"]["rev"], event["commit"]["collection"], event["commit"]["rkey"])
        if "commit" in event
        else (event["did"], event["kind"], event[event["kind"]]["seq"])
        for event in events()
    ]
    assert len(set(keys)) == len(keys)


def test_revs_are_as_far_before_the_stream_time_as_on_the_real_network() -> None:
    lags_s = sorted((event["time_us"] - time_us_of(event["commit"]["rev"])) / 1e6 for event in commits())
    assert median(lags_s) == pytest.approx(0.5, abs=0.05)
    assert lags_s[int(len(lags_s) * 0.9)] == pytest.approx(0.7, abs=0.05)
    assert lags_s[0] < -1, "some hosts' clocks are fast"
    assert 60 < lags_s[-1] <= 900, "some hosts were cut off"


def test_the_mix_is_that_of_the_real_network() -> None:
    shares = Counter(
        event["commit"]["collection"] if "commit" in event else event["kind"] for event in events()
    )
    for kind, share in MIX.items():
        if "." in kind and share >= 0.05:
            assert shares[kind] / COUNT == pytest.approx(share, rel=0.08), kind
        elif "." in kind:
            assert shares[kind] / COUNT == pytest.approx(share, rel=0.9), kind
    assert 0.0005 < shares["identity"] / COUNT < 0.003
    assert 0.0004 < shares["account"] / COUNT < 0.003
    assert len([kind for kind in shares if kind.count(".") > 1 and kind not in MIX]) >= 10
    operations = Counter(event["commit"]["operation"] for event in commits())
    assert operations["create"] / COUNT == pytest.approx(0.96, abs=0.015)
    assert operations["delete"] / COUNT == pytest.approx(0.033, abs=0.01)
    assert operations["update"] / COUNT == pytest.approx(0.006, abs=0.003)


def test_the_sign_up_mix_has_follows() -> None:
    lines = [line for _, line in islice(Simulation(1, mix="2024", accounts_count=50_000).events(), 10_000)]
    assert sum(b'"app.bsky.graph.follow"' in line for line in lines) / 10_000 == pytest.approx(0.34, abs=0.05)
    assert set(MIXES["2024"]) == set(MIX)


@pytest.mark.parametrize(
    ("collection", "share"),
    [("app.bsky.feed.like", 0.012), ("app.bsky.feed.repost", 0.037), ("app.bsky.graph.follow", 0.135),
     ("app.bsky.feed.post", 0.049), ("app.bsky.actor.status", 0.32)],
)  # fmt: skip
def test_each_collection_has_its_share_of_deletes(collection: str, share: float) -> None:
    assert len(commits(collection, "delete")) / len(commits(collection)) == pytest.approx(share, rel=0.25)


def test_most_deletes_hit_records_created_before_and_some_the_unseen() -> None:
    created: set[tuple[str, ...]] = set()
    hits, deletes = 0, 0
    for event in commits():
        commit = event["commit"]
        name = (event["did"], commit["collection"], commit["rkey"])
        if commit["operation"] != "delete":
            created.add(name)
        elif commit["collection"] in ("app.bsky.feed.like", "app.bsky.feed.post", "app.bsky.graph.follow"):
            deletes += 1
            hits += name in created
            created.discard(name)
    assert hits / deletes == pytest.approx(0.8, abs=0.05)


def test_posts_are_what_they_are_on_the_real_network() -> None:
    posts = [event["commit"]["record"] for event in commits(POST, "create")]
    share = {
        "reply": sum("reply" in post for post in posts) / len(posts),
        "quote": sum("app.bsky.feed.post/" in orjson.dumps(post.get("embed", {})).decode() for post in posts)
        / len(posts),
        "none": sum("langs" not in post for post in posts) / len(posts),
        "en": sum(post.get("langs") == ["en"] for post in posts) / len(posts),
        "ja": sum(post.get("langs") == ["ja"] for post in posts) / len(posts),
    }
    assert share["reply"] == pytest.approx(0.45, abs=0.02)
    assert share["quote"] == pytest.approx(0.056, abs=0.008)
    assert share["none"] == pytest.approx(0.117, abs=0.01)
    assert share["en"] == pytest.approx(0.58, abs=0.03)
    assert share["ja"] == pytest.approx(0.10, abs=0.01)
    types = {post["embed"]["$type"] for post in posts if "embed" in post}
    assert types == {f"app.bsky.embed.{name}" for name in
                     ("images", "gallery", "video", "external", "record", "recordWithMedia")}  # fmt: skip
    alts = [image["alt"] for post in posts for image in post.get("embed", {}).get("images", [])]
    assert sum(map(bool, alts)) / len(alts) == pytest.approx(0.2, abs=0.03)
    assert {"en-US", "ja-JP", "EN"} <= {lang for post in posts for lang in post.get("langs", [])}
    assert any(len(post.get("langs", [])) > 1 for post in posts)


def test_facets_count_utf8_bytes() -> None:
    kinds: Counter[str] = Counter()
    for event in commits(POST, "create"):
        record = event["commit"]["record"]
        text = record["text"].encode()
        for facet in record.get("facets", []):
            shown = text[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
            feature = facet["features"][0]
            kinds[feature["$type"].partition("#")[2]] += 1
            if "tag" in feature:
                assert shown == "#" + feature["tag"]
            elif "did" in feature:
                assert shown.startswith("@")
            else:
                assert feature["uri"].partition("://")[2].startswith(shown[:-3])
    assert kinds["tag"] > kinds["link"] > kinds["mention"] > 100


def test_vias_self_likes_feed_likes_and_relikes_occur() -> None:
    likes, reposts = commits("app.bsky.feed.like", "create"), commits("app.bsky.feed.repost", "create")
    assert sum("via" in like["commit"]["record"] for like in likes) / len(likes) == pytest.approx(
        0.17, abs=0.02
    )
    vias = sum("via" in repost["commit"]["record"] for repost in reposts) / len(reposts)
    assert 0.307 <= vias <= 0.40
    subjects = [(like["did"], like["commit"]["record"]["subject"]["uri"]) for like in likes]
    assert sum(uri.startswith(f"at://{did}/") for did, uri in subjects) > 100
    assert sum("/app.bsky.feed.generator/" in uri for _, uri in subjects) > 100
    keys = Counter((like["did"], like["commit"]["rkey"]) for like in likes)
    assert max(keys.values()) > 1, "a deleted key comes back"
    assert max(Counter(subjects).values()) > 1, "liked, unliked, liked again"


def test_attention_is_heavy_tailed() -> None:
    likes = Counter(
        like["commit"]["record"]["subject"]["uri"] for like in commits("app.bsky.feed.like", "create")
    )
    counts = sorted(likes.values(), reverse=True)
    assert counts[0] > 50 * mean(counts)
    assert median(counts) <= 2


def test_actors_are_many_and_some_are_very_busy() -> None:
    actors = Counter(event["did"] for event in events())
    assert len({event["did"] for event in events()[:152]}) >= 140
    assert actors.most_common(1)[0][1] < COUNT / 100
    assert sum(did.startswith("did:web:") for did in actors) > 3
    assert all(len(did) == 32 for did in actors if did.startswith("did:plc:"))


def test_commits_of_many_operations_share_a_rev() -> None:
    sizes = Counter(Counter((event["did"], event["commit"]["rev"]) for event in commits()).values())
    assert sizes[1] > 0.9 * sum(sizes.values())
    assert max(sizes) > 10


def test_accounts_leave_and_come_back() -> None:
    accounts = [event["account"] for event in events() if event["kind"] == "account"]
    assert {"deactivated", "deleted", "takendown"} <= {account.get("status") for account in accounts}
    gone: set[str] = set()
    back = 0
    for account in accounts:
        back += account["active"] and account["did"] in gone
        (gone.discard if account["active"] else gone.add)(account["did"])
    assert back > 0
    seqs = [event[event["kind"]]["seq"] for event in events() if event["kind"] != "commit"]
    assert all(earlier < later for earlier, later in pairwise(seqs))
    handles = [event["identity"].get("handle") for event in events() if event["kind"] == "identity"]
    assert None in handles
    assert len(set(handles)) > 1


def shape(value: Any) -> Any:
    """Keys in order, and the types of the leaves."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


def kind_of(event: Json) -> str:
    commit = event.get("commit")
    return f"{commit['collection']} {commit['operation']}" if commit else event["kind"]


def genuine() -> list[Json]:
    if not GENUINE.is_dir():
        pytest.skip("the genuine recording is not beside this checkout")
    lines = [line for name in ("golden_v1.jsonl", "expected_v1.jsonl") for line in read(GENUINE / name)]
    return [orjson.loads(line) for line in lines]


SHAPED = ("app.bsky.feed.like create", "app.bsky.feed.repost create", "app.bsky.graph.follow create",
          "app.bsky.graph.block create", "app.bsky.feed.post delete", "app.bsky.graph.follow delete",
          "identity", "account")  # fmt: skip


def test_lines_have_the_shape_and_key_order_of_genuine_ones() -> None:
    real: dict[str, list[Any]] = {}
    for event in genuine():
        real.setdefault(kind_of(event), []).append(shape(event))
    made: dict[str, list[Any]] = {}
    for event in events():
        made.setdefault(kind_of(event), []).append(shape(event))
    for kind in SHAPED:
        for found in real[kind]:
            assert found in made[kind], kind


def test_records_have_only_the_keys_genuine_ones_have_in_the_same_order() -> None:
    real = [event for event in genuine() if "record" in event.get("commit", {})]
    for kind in (
        "app.bsky.feed.post create",
        "app.bsky.actor.profile update",
        "app.bsky.actor.status update",
    ):
        order = {tuple(event["commit"]["record"]) for event in real if kind_of(event) == kind}
        known = set().union(*order) | {"tags", "labels"}
        for event in events():
            if kind_of(event) == kind:
                keys = list(event["commit"]["record"])
                assert keys == sorted(keys)
                assert set(keys) <= known
                assert list(event["commit"]) == ["rev", "operation", "collection", "rkey", "record", "cid"]


def test_json_is_written_as_go_writes_it() -> None:
    raw = b"".join(line for _, line in stream())
    assert b"\\u003c3" in raw
    assert b"\\u0026" in raw
    assert not any(sign in raw for sign in (b"<", b">", b"&", b"\n"))
    assert "猫".encode() in raw
    blob = next(event for event in events() if b'"$type":"blob"' in orjson.dumps(event))
    image = orjson.dumps(blob)
    assert image.index(b'"ref"', image.index(b'"blob"')) < image.index(b'"mimeType"') < image.index(b'"size"')


def test_lines_are_as_long_as_genuine_ones() -> None:
    sizes = sorted(len(line) for _, line in stream())
    assert mean(sizes) == pytest.approx(551.7, rel=0.08)
    assert sizes[len(sizes) // 2] == pytest.approx(523, rel=0.05)


def test_a_recording_holds_the_simulation(tmp_path: Path) -> None:
    told: list[int] = []
    write_recording(tmp_path / "a.jsonl.zst", 25_000, 7, START_US, 100.0, 0.01, told.append)
    expected = [
        line for _, line in islice(Simulation(7, START_US, 100.0, poison_share=0.01).events(), 25_000)
    ]
    assert [line.rstrip() for line in expected] == list(read(tmp_path / "a.jsonl.zst"))
    assert told == [10_000, 20_000]
    simulate(SimulateOptions(out=str(tmp_path / "b.jsonl"), events=100, start="2025-01-01T00:00:00Z"))
    first = orjson.loads(next(read(tmp_path / "b.jsonl")))
    assert first["time_us"] // 1_000_000 == 1_735_689_600


def test_bad_parameters_are_refused() -> None:
    assert start_us_of("2026-07-04T00:00:00Z") == START_US
    for wrong in ({"rate": 0.0}, {"poison_share": 1.5}, {"mix": "1999"}):
        with pytest.raises(ValueError, match=r"rate|share|mix"):
            Simulation(1, **wrong)
    with pytest.raises(ValueError, match="offset"):
        start_us_of("2026-07-04T00:00:00")
