"""A recording comes back as it was written, and a reader copes with a writer that was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.recording import RecordingError, Writer, read

LINES = [b'{"number":%d,"text":"%s"}' % (number, b"x" * (number % 300)) for number in range(20_000)]
NAMES = ["a.jsonl", "a.jsonl.zst"]


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def write(path: Path, lines: list[bytes]) -> None:
    with Writer(path) as writer:
        for line in lines:
            writer.write(line)
        assert writer.lines_count == len(lines)


def test_lines_come_back_in_order(path: Path) -> None:
    write(path, LINES)
    assert list(read(path, strict=True)) == LINES


def test_an_empty_recording_has_no_lines(path: Path) -> None:
    write(path, [])
    assert list(read(path)) == []


def test_blank_lines_are_skipped_and_a_missing_last_newline_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\n{"a":1}\n\n  \n{"b":2}')
    assert list(read(path, strict=True)) == [b'{"a":1}', b'{"b":2}']


@pytest.mark.parametrize("share", [0.999, 0.6, 0.3])
def test_a_file_cut_short_gives_its_whole_lines(path: Path, share: float) -> None:
    write(path, LINES)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    lines = list(read(path))
    assert 0 < len(lines) < len(LINES)
    assert lines == LINES[: len(lines)]
    with pytest.raises(RecordingError, match="cut short"):
        list(read(path, strict=True))


def test_what_a_killed_writer_has_flushed_can_be_read(path: Path) -> None:
    writer = Writer(path)
    for line in LINES[:100]:
        writer.write(line)
    writer.flush()
    assert list(read(path)) == LINES[:100]
    writer.close()
    writer.close()


def test_recordings_may_be_joined(tmp_path: Path) -> None:
    first, second, both = tmp_path / "a.jsonl.zst", tmp_path / "b.jsonl.zst", tmp_path / "c.jsonl.zst"
    write(first, LINES[:5000])
    write(second, LINES[5000:9000])
    both.write_bytes(first.read_bytes() + second.read_bytes())
    assert list(read(both, strict=True)) == LINES[:9000]


def test_a_small_frame_that_expands_hugely_is_read_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    line = b'{"zeros":"' + b"0" * 30_000_000 + b'"}'
    write(path, [line])
    assert path.stat().st_size < 20_000
    assert [len(found) for found in read(path)] == [len(line)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{}"),
        ("a.jsonl.gz", b"{}"),
        ("missing.jsonl", None),
        ("missing.jsonl.zst", None),
        ("a.jsonl", b"GIF89a\x00\x01\n"),
        ("a.jsonl", b"no newline and no JSON"),
        ("a.jsonl.zst", b"this is not zstd at all"),
        ("a.jsonl.zst", b'{"did":"plain text"}\n'),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        list(read(path))
    assert "\n" not in str(caught.value)


def test_a_writer_refuses_a_newline_and_an_impossible_path(tmp_path: Path) -> None:
    with Writer(tmp_path / "a.jsonl") as writer, pytest.raises(RecordingError, match="newline"):
        writer.write(b"{}\n{}")
    with pytest.raises(RecordingError, match="cannot write"):
        Writer(tmp_path / "no" / "such" / "directory.jsonl")
