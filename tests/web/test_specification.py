"""The specification: what it says is what is done, whoever asks, and a client can be made from it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.web.site import Site, site
from web.fields import MEANINGS
from web.openapi import REFUSALS

EXAMPLES = 6
"""Of each kind, for each resource."""


@pytest.fixture(scope="module")
def found(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with new_database(server) as conninfo, closing(Rig(conninfo, tmp_path_factory.mktemp("rig"))) as rig:
        likes = [like(post_uri(ALICE, "3mpsz5xmars22"), BOB, n) for n in range(3)]
        rig.hand(*likes, post(BOB, 9, tags=["cats"], langs=["en"]), at=60_000)
        rig.fold()
        Boards(rig.roller, 100, 40).refresh()
        with site(conninfo, web_misses_per_second=0.0) as running:
            yield running


def test_it_says_of_every_resource_what_can_be_asked_and_what_is_answered(found: Site) -> None:
    document = found.get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    top = document["paths"]["/api/v1/top/accounts"]["get"]
    assert top["operationId"] == "top_accounts"
    parameters = {each["name"]: each for each in top["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
    assert parameters["window"]["schema"] == {"enum": ["1d", "1h", "30d", "7d"], "default": "1h"}
    assert not parameters["q"]["required"]
    assert set(top["responses"]) == {"200", "304", "400", "404", "410", "414", "429", "503"}
    assert set(top["responses"]["200"]["content"]) == {"application/json", "text/csv"}
    names = [operation["get"]["operationId"] for operation in document["paths"].values()]
    assert len(set(names)) == len(names) == 28
    page = found.get("/docs")
    assert all(f'id="{name}"'.encode() in page.body for name in names)


def test_every_field_says_what_it_is_and_every_refusal_is_explained(found: Site) -> None:
    document = found.get("/openapi.json").json
    schemas = {name: each for name, each in document["components"]["schemas"].items() if "properties" in each}
    silent = {
        f"{name}.{field}" for name, each in schemas.items() for field, own in each["properties"].items()
        if not own["description"]
    }  # fmt: skip
    assert silent == set()
    named = {name.rpartition(".")[2] for name in MEANINGS}
    assert named <= {field for each in schemas.values() for field in each["properties"]}
    page = found.get("/docs").body.decode()
    statuses = {status for each in document["paths"].values() for status in each["get"]["responses"]} - {"200", "304"}
    assert statuses == {str(status) for status in REFUSALS}
    assert all(f'<td class="num">{status}</td>' in page for status in statuses)
    assert page.count(">refuses</a> with 400, ") == len(document["paths"])


def test_whatever_it_allows_is_answered_as_it_says_and_whatever_it_does_not_is_refused(
    found: Site, tmp_path: Path
) -> None:
    """Schemathesis makes the requests; there is no 5xx, and every answer has the shape that is promised."""
    checks = (
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
        "negative_data_rejection,unsupported_method"
    )
    # besides 400: not known, too long an address
    (tmp_path / "schemathesis.toml").write_text(
        '[checks.negative_data_rejection]\nexpected-statuses = ["400", "404", "405", "414"]\n'
    )
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{found.port}/openapi.json",
        "--max-examples", str(EXAMPLES), "--phases", "coverage,fuzzing", "--checks", checks, "--seed", "1",
        "--continue-on-failure", "--no-color", "--exclude-path", "/api/v1/live",  # which has no end
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-9000:] + done.stderr[-2000:]


def test_a_client_made_from_it_works(found: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openapi.json").write_bytes(found.get("/openapi.json").body)
    command = [
        sys.executable, "-m", "openapi_python_client", "generate", "--path", str(tmp_path / "openapi.json"),
        "--meta", "none", "--output-path", str(tmp_path / "tally_client"),
    ]  # fmt: skip
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    client = importlib.import_module("tally_client").Client(base_url=f"http://127.0.0.1:{found.port}")
    top = importlib.import_module("tally_client.api.default.top_accounts").sync(client=client, limit=5)
    assert (top.total, top.rows[0].did, top.rows[0].value) == (1, ALICE, 3)
    account = importlib.import_module("tally_client.api.default.account").sync(ALICE, client=client)
    assert account.totals.additional_properties["1h"].additional_properties["likes_received"].net == 3
    refused = importlib.import_module("tally_client.api.default.account").sync("did:plc:nobody", client=client)
    assert (refused.status, refused.type_) == (404, "/docs#not-found")
    client.get_httpx_client().close()
