"""Lanes: the fixed slices of all DIDs. One DID is one lane is one first-in-first-out path to one worker.

So a delete can't overtake its create, and a lane's cursor says that everything before it is durable. The function
must never change for a database that has events: it is CRC-32 (zlib, ISO 3309) of the DID's bytes, mod 32.
"""

from zlib import crc32

LANES = 32
WORKER_COUNTS = (1, 2, 4, 8, 16, 32)
"""Worker counts that divide the lanes evenly."""


def lane_of(did: bytes) -> int:
    """The lane of a DID, 0 to 31."""
    return crc32(did) & (LANES - 1)


def lanes_of_worker(worker: int, workers: int) -> list[int]:
    """The lanes that worker number `worker` of `workers` owns."""
    return [lane for lane in range(LANES) if lane % workers == worker]
