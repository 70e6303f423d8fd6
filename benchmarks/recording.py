"""A recording: a file of frames, oldest first. By name `.jsonl` or `.jsonl.zst`: JSON, one frame a line; or
`.bin` or `.bin.zst`: of the raw firehose, each after its length (32 bits, little-endian).

This module owns the file: its name, its compression, and what a reader may expect of a writer that was
killed. It does not know what an event means: the only look it takes into a line is whether the very last one
is whole.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import orjson

from benchmarks.zstd import zstd

READ_BYTES = 1 << 18
EXPANDED_BYTES_MAX = 1 << 22  # handed on at a time: a hostile frame of 6 kB can expand to 200 MB
LINE_BYTES_MAX = 1 << 26  # a "line" beyond this is not a line, and would otherwise grow without end
FLUSH_BYTES = 1 << 18  # what a killed writer can lose; smaller blocks compress worse
ZSTD_LEVEL = 3
FRAME_BYTES_MAX = 1 << 26  # a length beyond this is none
_LENGTH = struct.Struct("<I")


class RecordingError(Exception):
    """The file cannot be read or written as a recording; the message is one sentence for the operator."""


def is_frames(path: str | Path) -> bool:
    """Whether a file of this name holds frames of the raw firehose."""
    return Path(path).name.endswith((".bin", ".bin.zst"))


def read(path: str | Path, *, strict: bool = False) -> Iterator[bytes]:
    """Yield the frames of a recording, oldest first; lines without their newline, skipping blank ones.

    Reads as it goes, in a few MiB whatever the size of the file. A file that was cut short (its writer was
    killed) yields every whole frame and then stops; with `strict` it ends in a RecordingError instead. A
    missing file, an unknown suffix and content that is no recording raise a RecordingError on the first step.
    """
    path = Path(path)
    compressed = _compressed(path)
    try:
        with path.open("rb") as file:
            cut = _frames if is_frames(path) else _lines
            yield from cut(_expand(file, path, strict) if compressed else _plain(file), path, strict)
    except OSError as error:
        raise RecordingError(f"cannot read the recording {path}: {error.strerror}") from error


class Writer:
    """Writes a recording, replacing the file; a context manager.

    Killed at any point it leaves a readable prefix.
    """

    def __init__(self, path: str | Path) -> None:
        """Create the file. Raises RecordingError for an unknown suffix or a path that cannot be written."""
        self.path = Path(path)
        self.lines_count = 0
        self._compressor = zstd.ZstdCompressor(level=ZSTD_LEVEL) if _compressed(self.path) else None
        self._frames = is_frames(path)
        self._pending = bytearray()
        try:
            self._file = self.path.open("wb", buffering=0)
        except OSError as error:
            raise RecordingError(f"cannot write the recording {self.path}: {error.strerror}") from error

    def write(self, line: bytes) -> None:
        """Append one frame; a line without newline. Raises RecordingError if it holds one, or the disk refuses."""
        if self._frames:
            self._pending += _LENGTH.pack(len(line))
            self._pending += line
        elif b"\n" in line:
            raise RecordingError("a line of a recording cannot contain a newline byte")
        else:
            self._pending += line
            self._pending += b"\n"
        self.lines_count += 1
        if len(self._pending) >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand everything written so far to the operating system, as a block a reader can expand."""
        data = bytes(self._pending)
        self._pending.clear()
        if self._compressor is not None:
            data = self._compressor.compress(data, zstd.ZstdCompressor.FLUSH_BLOCK)
        self._put(data)

    def close(self) -> None:
        """Write the rest and end the file. Closing twice does nothing."""
        if self._file.closed:
            return
        try:
            self.flush()
            if self._compressor is not None:
                self._put(self._compressor.flush(zstd.ZstdCompressor.FLUSH_FRAME))
        finally:
            self._file.close()

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise RecordingError(f"cannot write the recording {self.path}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _compressed(path: Path) -> bool:
    if path.name.endswith((".jsonl.zst", ".bin.zst")):
        return True
    if path.name.endswith((".jsonl", ".bin")):
        return False
    raise RecordingError(
        f"the name of a recording ends in .jsonl, .jsonl.zst, .bin or .bin.zst, not as {path.name!r} does"
    )


def _plain(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(READ_BYTES):
        yield chunk


def _expand(file: BinaryIO, path: Path, strict: bool) -> Iterator[bytes]:
    """Expand one zstd frame after another: recordings may be joined with `cat`."""
    decompressor = zstd.ZstdDecompressor()
    begun = False
    while chunk := file.read(READ_BYTES):
        begun = True
        while chunk or not (decompressor.needs_input or decompressor.eof):
            if decompressor.eof:
                decompressor = zstd.ZstdDecompressor()
            try:
                expanded = decompressor.decompress(chunk, EXPANDED_BYTES_MAX)
            except zstd.ZstdError as error:
                raise RecordingError(f"{path} is not a zstd recording, or is damaged: {error}") from error
            chunk = decompressor.unused_data if decompressor.eof else b""
            if expanded:
                yield expanded
    if strict and begun and not decompressor.eof:
        raise RecordingError(f"{path} was cut short: its last zstd frame has no end")


def _frames(chunks: Iterable[bytes], path: Path, strict: bool) -> Iterator[bytes]:
    rest = bytearray()
    for chunk in chunks:
        rest += chunk
        at = 0
        while len(rest) - at >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(rest, at)
            if size > FRAME_BYTES_MAX:
                raise RecordingError(f"{path} is not a recording: a frame exceeds {FRAME_BYTES_MAX} bytes")
            end = at + _LENGTH.size + size
            if end > len(rest):
                break
            yield bytes(rest[at + _LENGTH.size : end])
            at = end
        del rest[:at]
    if rest and strict:
        raise RecordingError(f"{path} was cut short: its last frame is not whole")


def _lines(chunks: Iterable[bytes], path: Path, strict: bool) -> Iterator[bytes]:
    rest = b""
    first = True
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        if first and (begin := (whole[0] if whole else rest).lstrip()[:1]) and begin != b"{":
            raise RecordingError(f"{path} is not a recording: its first line is not a JSON object")
        first = first and not whole
        if len(rest) > LINE_BYTES_MAX:
            raise RecordingError(f"{path} is not a recording: a line exceeds {LINE_BYTES_MAX} bytes")
        yield from (line for line in map(bytes.rstrip, whole) if line)
    if rest.strip():
        yield from _last(rest.strip(), path, strict)


def _last(line: bytes, path: Path, strict: bool) -> Iterator[bytes]:
    """A last line without newline is whole if it parses: other programs may leave the newline out."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if strict:
            raise RecordingError(f"{path} was cut short: its last line is not whole") from error
        return
    yield line
