"""The network's own software, as a judge: @atproto/api and its lexicons, installed by npm where there is one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

PACKAGES = ("@atproto/api@0.19", "@atproto/lexicon@0.6")
SCRIPT = Path(__file__).with_name("official.mjs")


def installed(folder: Path) -> Path:
    """A folder with the packages and the script; the test is skipped where that can not be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("npm is not on this machine: answers are not judged by the official lexicons")
    if not (folder / "node_modules/@atproto/lexicon/package.json").exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *PACKAGES]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("npm took too long to install @atproto/api: answers are not judged by the official lexicons")
        if done.returncode:
            pytest.skip("npm can not install @atproto/api: answers are not judged by the official lexicons")
    shutil.copy(SCRIPT, folder / SCRIPT.name)
    return folder


def judged(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """What the script makes of this: `wrong`, a list of what does not hold, and the posts that an agent `walked`."""
    done = subprocess.run(
        ["node", SCRIPT.name], cwd=folder, input=orjson.dumps(asked), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = orjson.loads(done.stdout)
    return found
