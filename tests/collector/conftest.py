"""The rig: a worker and a roller on a fresh database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.rig import Rig


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    found = Rig(conninfo, tmp_path)
    yield found
    found.close()
