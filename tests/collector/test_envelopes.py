"""Messages of Jetstream v2's own wire: the lines they are, syncs, and what the host says to us alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.cbor import encode
from benchmarks.envelope import envelope
from benchmarks.zstd import zstd
from collector.compressed import Dictionary, dictionary_at
from collector.envelopes import BEGIN, Envelopes, payload_of
from collector.errors import BadSetting
from collector.sources import Source
from collector.sources.subscribe_events import SubscribeEvents
from collector.sources.subscribe_repos import SubscribeRepos
from collector.wires import EVENTS, REPOS
from tests.collector.frames import ALICE, BOB, BOBS, key, like, notice, post
from tests.collector.rig import Rig
from tests.collector.test_firehose import frame as repo_frame
from tests.collector.test_stream import CLOSE, Host, message

LIMIT = 1 << 23


def said(*frames: bytes) -> tuple[list[Any], list[str]]:
    lines, _, broken = Envelopes(LIMIT).translate(list(frames))
    return [orjson.loads(line) for line in lines], [each.bad.reason for each in broken]


def test_every_line_of_the_genuine_recording_comes_out_of_its_envelope(recorded: Path) -> None:
    for name in ("expected_v1.jsonl", "golden_v1.jsonl"):
        lines = (recorded / "jetstream-corpus-2026-07-04" / name).read_bytes().splitlines()
        frames = [envelope(line, seq) for seq, line in enumerate(lines, 1)]
        reordered = [orjson.dumps(orjson.loads(frame), option=orjson.OPT_SORT_KEYS) for frame in frames]
        also = b',"witnessedAt":"2026-07-04T14:38:08.085434Z","rev"'
        witnessed = [frame.replace(b',"rev"', also, 1) for frame in frames]
        for form in (frames, reordered, witnessed):
            assert said(*form) == ([orjson.loads(line) for line in lines], [])


@pytest.mark.parametrize(
    ("frame", "reason"),
    [(b'{"$type":"message"', "not_json"), (b"[]", "kind_unknown"), (b'{"$type":"message","payload":7}', "kind_unknown"),
     (b'{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#news"}}', "kind_unknown"),
     (post(), "kind_unknown"), (b"[" * 100_000, "not_json"), (b"\xff", "not_json")],
)  # fmt: skip
def test_what_is_no_message_is_refused_whole(frame: bytes, reason: str) -> None:
    assert said(frame) == ([], [reason])


def test_a_sync_of_one_account_leaves_the_others_to_the_way_without_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    envelopes, parsed = Envelopes(LIMIT), []

    def noted(frame: bytes) -> dict[str, Any]:
        parsed.append(frame)
        return payload_of(frame)

    monkeypatch.setattr("collector.envelopes.payload_of", noted)
    lines = [notice("sync", at=1, rev=key(5)), like(BOBS, at=5), like(BOBS, did=BOB, at=5), post(at=6)]
    frames = [envelope(line, seq) for seq, line in enumerate(lines, 1)]
    said = [orjson.loads(line) for line in envelopes.translate(frames).lines]
    assert [line["kind"] for line in said] == ["sync", "commit", "commit", "commit"]
    assert [line["commit"]["operation"] for line in said[1:]] == ["update", "create", "create"]
    assert parsed == frames[:2]


def test_what_a_repository_held_all_along_is_logged_and_counts_nothing(rig: Rig) -> None:
    rig.restart("jetstream.test" + EVENTS)
    lines = [notice("sync", at=1, rev=key(5)), like(BOBS, at=5), like(BOBS, did=BOB, at=5), post(at=6)]
    frames = [envelope(line, seq) for seq, line in enumerate(lines, 1)]
    for _ in range(2):
        rig.hand(*frames)
    rig.fold()
    assert rig.numbers() == {"likes": 1, "posts": 1}
    assert rig.one("select array_agg(operation::text order by operation::text) from event") == ["c", "c", "e", "u"]
    assert rig.audit().diff == 0


def test_what_is_nested_deeper_than_orjson_writes_is_counted_as_on_the_way_without_parsing(rig: Rig) -> None:
    rig.restart("jetstream.test" + EVENTS)
    deep = b'"record":{"deep":' + b"[" * 400 + b"]" * 400 + b","
    usual, other = (envelope(like(BOBS, at=at), at).replace(b'"record":{', deep, 1) for at in (1, 2))
    rig.hand(usual, other.replace(b'"seq":', b'"seq": ', 1))
    rig.fold()
    assert rig.numbers()["likes"] == 2
    assert rig.audit().diff == 0


def heard(make: Callable[[str], Source], *frames: bytes) -> tuple[list[bytes], str, bool]:
    """What reaches the sink of a source at this address, how it ended, and whether the cursor was too old."""

    async def listen() -> tuple[list[bytes], str, bool]:
        host = Host(b"".join(frames) + CLOSE, 7)
        server = await asyncio.start_server(host.serve, "127.0.0.1", 0)
        source = make(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        found: list[bytes] = []
        try:
            stream = await source.connect(1, None, found.append)
            await stream.ended()
        except Exception as error:
            return found, str(error), source.cursor_too_old
        finally:
            server.close()
        return found, "", source.cursor_too_old

    return asyncio.run(asyncio.wait_for(listen(), 20))


def test_the_hosts_own_words_are_not_handed_on() -> None:
    first = envelope(post(), 1)
    info = BEGIN + b'info","name":"OutdatedCursor"}}'
    error = b'{"$type":"error","error":"ConsumerTooSlow","message":"too far behind"}'
    frames = [message(each) for each in (info, first, error, first)]
    found = heard(lambda url: SubscribeEvents(url + EVENTS, compressed=False), *frames)
    assert found == ([first], "ended the stream: ConsumerTooSlow too far behind", True)


def test_the_words_of_a_relay_are_not_handed_on() -> None:
    first = repo_frame()
    info = encode({"t": "#info", "op": 1}) + encode({"name": "OutdatedCursor"})
    error = encode({"op": -1}) + encode({"error": "FutureCursor", "message": "Cursor in the future."})
    frames = [message(each, 0x82) for each in (info, first, error, first)]
    found = heard(lambda url: SubscribeRepos(url + REPOS), *frames)
    assert found == ([first], "ended the stream: FutureCursor Cursor in the future.", True)


@pytest.mark.parametrize("make", [lambda: SubscribeEvents("ws://x" + EVENTS), lambda: SubscribeRepos("ws://x" + REPOS)])
def test_who_a_frame_is_about_and_where_it_stands_is_found_with_and_without_haste(make: Any) -> None:
    source = make()
    if isinstance(source, SubscribeRepos):
        frame = repo_frame(seq=31_527_015_322)
        slow = repo_frame(seq=31_527_015_322, abc=1)
    else:
        frame = envelope(post(), 31_527_015_322)
        slow = orjson.dumps(orjson.loads(frame), option=orjson.OPT_SORT_KEYS)
    assert source.did(frame) == source.did(slow) == ALICE.encode()
    assert source.position(frame) == source.position(slow)
    assert source.position(frame).cursor == 31_527_015_322
    for garbage in (b"", b"\xff", b"{", b"\xa1", frame[:30]):
        assert isinstance(source.did(garbage), bytes)
        assert source.position(garbage) is None


def test_a_message_never_grows_beyond_what_is_received(recorded: Path) -> None:
    folder = recorded / "dictionaries"
    content = (folder / "legacy_subscribe.zdict").read_bytes()
    dictionary = dictionary_at(str(folder / "legacy_subscribe.zdict"))
    line = post()
    packed = zstd.compress(line, zstd_dict=zstd.ZstdDict(content))
    assert dictionary.expand(packed, 1 << 20) == line
    silent = zstd.compress(b"x" * 5000, options={zstd.CompressionParameter.content_size_flag: 0})
    for left in (line, b"", packed[:-1], packed + b"x", packed[:9] + b"\xff" * 20, silent):
        assert dictionary.expand(left, 4096) == left
    bomb = zstd.compress(b"\0" * 200_000_000)
    assert dictionary.expand(bomb, 16 << 20) == bomb
    for wrong in (b"", content[:8], content[:-1], content[:500] + b"?" + content[501:]):
        with pytest.raises(BadSetting):
            Dictionary(wrong, "it")
