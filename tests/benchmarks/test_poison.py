"""Every poison spoils what it says, keeps to one line, and comes out of its seed."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import orjson
import pytest

from benchmarks.poison import HUGE_BYTES, POISONS, Poison, Poisoner
from benchmarks.population import Population
from benchmarks.simulator import Simulation

TIME_US = 1_783_123_200_000_000


def line(poison: Poison) -> bytes:
    return Poisoner(Random(1), Population(1000)).spoil(poison, TIME_US)


def parses(raw: bytes) -> bool:
    try:
        return isinstance(orjson.loads(raw), dict)
    except orjson.JSONDecodeError:
        return False


@pytest.mark.parametrize("poison", POISONS, ids=lambda poison: poison.name)
def test_a_poison_is_one_line_and_changes_a_healthy_one(poison: Poison) -> None:
    spoilt = line(poison)
    assert b"\n" not in spoilt
    assert spoilt
    if poison.name not in ("delete of the unseen", "update of the unseen"):
        healthy = line(poison._replace(pattern=b"never found"))
        assert spoilt != healthy
        assert parses(healthy)


@pytest.mark.parametrize(
    "poison", [one for one in POISONS if one.fate == "counted"], ids=lambda one: one.name
)
def test_what_is_to_be_counted_has_all_that_a_key_needs(poison: Poison) -> None:
    event = orjson.loads(line(poison))
    commit = event["commit"]
    assert event["did"].startswith("did:")
    assert len(event["did"].encode()) <= 2048
    assert event["time_us"] == TIME_US
    for key in ("rev", "operation", "collection", "rkey"):
        assert isinstance(commit[key], str)
    if commit["collection"] == "app.bsky.feed.like" and commit["operation"] == "create":
        assert commit["record"]["subject"]["uri"].startswith("at://did:")


def test_the_named_traps_are_there() -> None:
    by_name = {poison.name: line(poison) for poison in POISONS}
    assert len(by_name) == len(POISONS)
    assert rb"\ud83d of" in by_name["lone surrogate"]
    assert rb"before\u0000after" in by_name["NUL in text"]
    assert len(by_name["huge record"]) > HUGE_BYTES
    assert len(orjson.loads(by_name["did too long"])["did"]) > 2048
    assert len(orjson.loads(by_name["did as long as can be"])["did"]) == 2048
    with pytest.raises(UnicodeDecodeError):
        by_name["invalid UTF-8"].decode()


def test_a_simulation_mixes_poison_in_by_its_share_and_seed() -> None:
    def lines(seed: int) -> list[bytes]:
        return [
            one for _, one in islice(Simulation(seed, poison_share=0.1, accounts_count=1000).events(), 20_000)
        ]

    spoilt = lines(1)
    assert spoilt == lines(1)
    assert spoilt != lines(2)
    broken = Counter(parses(one) for one in spoilt)
    assert 0.1 * 8 / len(POISONS) * 0.6 < broken[False] / 20_000 < 0.1 * 9 / len(POISONS) * 1.5
    assert parses(spoilt[0]), "the first line is healthy: a reader recognises a recording by it"


def test_times_stay_in_order_beside_poison() -> None:
    times = [
        time_us for time_us, _ in islice(Simulation(1, poison_share=0.5, accounts_count=1000).events(), 5000)
    ]
    assert times == sorted(set(times))
