"""promtool, where the machine has it."""

from __future__ import annotations

from tests.web.conftest import program


def promtool() -> str:
    """Its path; without it the test is skipped."""
    return program("promtool", "prometheus")
