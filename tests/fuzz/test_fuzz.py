"""A moment of fuzzing in every run of the tests, always the same; and that it can see what it looks for."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.decoders import Broke, try_out


def test_nothing_but_its_own_error_leaves_a_decoder() -> None:
    assert fuzz(20, seed=1, inputs_max=3000) > 100


@pytest.mark.parametrize("bad", [lambda _: 1 / 0, lambda _: sum(range(20_000_000)), lambda _: b"x" * (200 << 20)])
def test_what_breaks_a_decoder_is_seen(bad: object) -> None:
    with pytest.raises(Broke):
        try_out("bad", bad, b"x")  # type: ignore[arg-type]
