"""Names: ids come out the same whatever is forgotten, and what is remembered is bounded."""

from __future__ import annotations

import pytest

from collector import names
from collector.refusals import Refusals
from tests.collector.rig import Rig


def did(n: int) -> str:
    return f"did:plc:{n:024d}"


def test_ids_are_the_same_after_they_were_forgotten_and_few_are_remembered(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_IDS_MAX", 10)
    own = rig.worker._names
    first = [own.account(did(n)) for n in range(5)]
    for begin in range(100, 400, 20):
        for n in range(begin, begin + 20):
            own.account(did(n))
        own.flush()
        assert len(own.ids) + len(own._older_ids) <= 30  # it lets go between batches
    assert [own.account(did(n)) for n in range(5)] == first
    own.flush()
    assert rig.one("select count(*) = count(distinct did) and count(*) = 305 from account")


def test_what_is_no_did_has_no_id(rig: Rig) -> None:
    for text in ("", "did:plc:", "bob.example", "did:plc:no good", "did:PLC:x"):
        with pytest.raises(ValueError, match="DID"):
            rig.worker._names.account(text)
    assert rig.worker._names.flush() == 0


def test_refusals_forget_the_oldest_first() -> None:
    refusals = Refusals((b"a", b"b"), keys_max=4)
    for key in (b"c", b"d", b"a", b"e"):
        refusals.add(key)
    assert len(refusals) == 3
    assert b"e" in refusals
    assert b"a" not in refusals
    assert not refusals.isdisjoint([b"x", b"d"])
    assert refusals.isdisjoint([b"a"])
