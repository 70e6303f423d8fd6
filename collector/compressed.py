"""Compressed messages: each one zstd frame, made with a dictionary that both sides have.

It owns which dictionaries are known and that no message grows beyond what is received: 6 kB can become 200 MB, so the
size in its head is looked at first. It does not know how a dictionary is come by, nor what a message says.
"""

from __future__ import annotations

import hashlib

import zstandard

from collector.errors import BadSetting
from collector.settings import CollectorSettings

LEGACY = 1_612_007_021
"""The one dictionary of /subscribe; any other is a host's own, for subscribeEvents."""
MAGIC = b"\x28\xb5\x2f\xfd"
_DICTIONARY_MAGIC = b"\x37\xa4\x30\xec"  # RFC 8878, section 5
DICTIONARY_BYTES_MAX = 1 << 24
_KNOWN = {
    LEGACY: "b8d77b46933aceecbdd5275a01241efc985c970c78162b8150cf67a26522f70c",
    20_260_811: "f631a689a829b84b042ba45bcd7a7c2f792467192c5832fcfc1fc48afbec96aa",
}


class Dictionary:
    """One dictionary. Raises BadSetting for what is none, or bears a known number and is another."""

    def __init__(self, content: bytes, place: str) -> None:
        if content[:4] != _DICTIONARY_MAGIC or len(content) < 8:
            raise BadSetting(f"{place} is no zstd dictionary.")
        self.number = int.from_bytes(content[4:8], "little")
        if hashlib.sha256(content).hexdigest() != _KNOWN.get(self.number, hashlib.sha256(content).hexdigest()):
            raise BadSetting(f"{place} is not dictionary {self.number}, whose checksum is known.")
        try:
            ready = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_FULLDICT)
            # one for all messages: to make one takes fifteen times as long as to expand a message
            self._decompressor = zstandard.ZstdDecompressor(dict_data=ready)
        except (ValueError, zstandard.ZstdError):
            raise BadSetting(f"{place} is a damaged zstd dictionary.") from None

    def expand(self, message: bytes, bytes_max: int) -> bytes:
        """What was compressed; the message itself where it is none, or would be larger than `bytes_max`."""
        if message[:4] != MAGIC:
            return message
        try:
            if zstandard.frame_content_size(message) > bytes_max:
                return message
            # a head that names no size is held to `bytes_max` as it is expanded
            return self._decompressor.decompress(message, bytes_max, allow_extra_data=False)
        except zstandard.ZstdError:
            return message


def dictionary_at(path: str) -> Dictionary:
    """The dictionary in a file. Raises BadSetting."""
    try:
        with open(path, "rb") as file:
            return Dictionary(file.read(DICTIONARY_BYTES_MAX), path)
    except OSError as error:
        raise BadSetting(f"The zstd dictionary {path} can not be read: {error.strerror}.") from None


def dictionaries_of(settings: CollectorSettings) -> list[Dictionary]:
    """Those that the settings name; none where nothing is to be received compressed. Raises BadSetting."""
    return [dictionary_at(path) for path in settings.zstd_dictionaries] if settings.zstd else []
