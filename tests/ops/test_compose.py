"""The containers, as far as they can be checked without an engine: they start what there is, as it may be set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ops.cli import VERBS
from ops.doctor.database import recommended
from ops.release import PARTS
from ops.settings import load

OPS = Path(__file__).parents[2] / "ops"
yaml = pytest.importorskip("yaml")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    text = (OPS / "compose.yaml").read_text().replace("${SKYTALLY_DOMAIN:?}", "skytally.example")
    text = text.replace("${POSTGRES_PASSWORD:?}", "secret").replace("${SKYTALLY_CONTACT:-}", "me")
    assert "${" not in text
    found = yaml.safe_load(text)
    networks, volumes = set(found["networks"]), set(found["volumes"])
    for service in found["services"].values():
        assert set(service["networks"]) <= networks
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= volumes
        assert set(service.get("depends_on", {})) <= set(found["services"])
    services: dict[str, Any] = found["services"]
    return services


def test_every_part_starts_a_command_that_there_is_with_settings_that_are_allowed(services: dict[str, Any]) -> None:
    ours = {name: service for name, service in services.items() if service["image"] == "skytally"}
    assert set(ours) == {"collector", "resolver", "log-boards", "web"}
    for service in ours.values():
        assert service["command"][0] in VERBS
        settings = load({name: str(value) for name, value in service["environment"].items()})
        assert settings.database.database_url == "postgresql://skytally:secret@postgres/skytally"
    web = load({name: str(value) for name, value in services["web"]["environment"].items()}).web
    assert (web.web_host, web.web_processes, web.memcached) == ("0.0.0.0", 2, "memcached:11211")
    assert f"--to web:{web.web_port}" in services["proxy"]["command"]


def test_only_the_proxy_can_be_reached_and_the_database_from_inside_alone(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["postgres"]["networks"] == services["memcached"]["networks"] == ["inside"]


def test_postgres_has_what_is_recommended(services: dict[str, Any]) -> None:
    assert dict(re.findall(r"-c (\w+)=(\S+)", services["postgres"]["command"])) == recommended()


def test_the_image_has_what_a_release_has() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", (OPS / "Containerfile").read_text(), re.MULTILINE)
    assert sorted(word for line in copied for word in line.split()) == sorted(PARTS)
