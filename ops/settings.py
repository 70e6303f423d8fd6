"""Settings: defaults < TOML file < SKYTALLY_* variables < flags, typed and checked once, at the start.

The halves declare what they can be told (collector.settings, web.settings); this module finds the values, says where
each came from, and refuses what it does not know. Nothing else reads the environment for settings.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from collector.settings import CollectorSettings, ResolverSettings
from ops.allowed import NotAllowed, check, hidden, unit_of
from ops.logs import LogSettings
from web.settings import WebSettings

PREFIX = "SKYTALLY_"
# variables of the same prefix that are not settings
NOT_SETTINGS = frozenset({"SKYTALLY_CONFIG", "SKYTALLY_PYTHON", "SKYTALLY_CRASH", "SKYTALLY_APP_PASSWORD"})


_SHOWN_MAX = 200  # characters of a refused value in its message


class SettingError(Exception):
    """A setting is unknown or not allowed. The message names it, its value and what is allowed."""


class DatabaseSettings(Struct, frozen=True, kw_only=True):
    """Where the database is."""

    data_dir: Annotated[str, Meta(description="Where the embedded PostgreSQL and all state live.")] = ""
    database_url: Annotated[
        str,
        Meta(
            pattern=r"^(postgres(ql)?://.*|[a-z_]+=.*)?$",
            description="A PostgreSQL 15 to 18 of your own (also DATABASE_URL); empty: the embedded one.",
        ),
    ] = ""
    database_disk: Annotated[
        str,
        Meta(description="A directory on the disk of a database of your own, to be watched if it is on this machine."),
    ] = ""
    pg_bin: Annotated[str, Meta(description="Directory of PostgreSQL binaries for the embedded one; empty: found.")] = (
        ""
    )
    pg_user: Annotated[
        str, Meta(description="As root: the system user the embedded PostgreSQL runs as; empty: found or made.")
    ] = ""


SECTIONS: tuple[type[Struct], ...] = (
    CollectorSettings, ResolverSettings, WebSettings, DatabaseSettings, LogSettings,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """One setting as it came out."""

    name: str
    value: Any
    origin: str
    """default, the file's path, the variable's name or the flag."""

    @property
    def unit(self) -> str:
        """The unit, which stands in the name; empty for what has none."""
        return unit_of(self.name)

    def shown(self) -> Any:
        """The value for people and programs: passwords stay hidden, everything else is as it is."""
        if isinstance(self.value, str):
            return hidden(self.value)
        return [hidden(str(part)) for part in self.value] if isinstance(self.value, tuple | list) else self.value

    def text(self) -> str:
        """The value in one line for people."""
        return _line(self.shown()) or "-"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, by section, and where each came from."""

    collector: CollectorSettings
    resolver: ResolverSettings
    web: WebSettings
    database: DatabaseSettings
    logs: LogSettings
    values: tuple[Value, ...]


def declared() -> dict[str, Any]:
    """Every setting's name and annotated type, in the order they are declared."""
    found: dict[str, Any] = {}
    for section in SECTIONS:
        for field in msgspec.structs.fields(section):
            found.setdefault(field.name, field.type)
    return found


def default_of(name: str) -> str:
    """What a setting is unless told, in one line; empty for nothing."""
    fields = (field for section in SECTIONS for field in msgspec.structs.fields(section))
    return _line(next(field.default for field in fields if field.name == name))


def _line(value: Any) -> str:
    """A value as one would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def description(kind: Any) -> str:
    """What a setting's type says of it."""
    return next((m.description or "" for m in getattr(kind, "__metadata__", ()) if isinstance(m, Meta)), "")


def load(
    environment: Mapping[str, str] = os.environ, flags: Mapping[str, Any] | None = None, file: Path | None = None
) -> Settings:
    """Find, check and return all settings. `flags` are texts by setting name. Raises SettingError."""
    kinds = declared()
    given: dict[str, tuple[Any, str]] = {}
    given |= _from_file(file or _default_file(environment), kinds)
    given |= _from_environment(environment, kinds)
    given |= {
        name: (value, "--" + name.replace("_", "-")) for name, value in (flags or {}).items() if value is not None
    }
    checked = {name: (_checked(name, value, kinds[name], origin), origin) for name, (value, origin) in given.items()}
    data_dir, origin = checked.get("data_dir", ("", "default"))
    # nothing but a shell knows a ~, and a directory of that name would be a surprise
    checked["data_dir"] = (os.path.expanduser(data_dir) or str(default_data_dir(environment)), origin)
    try:
        sections = [
            section(**{f.name: checked[f.name][0] for f in msgspec.structs.fields(section) if f.name in checked})
            for section in SECTIONS
        ]
    except ValueError as error:  # two settings that contradict each other
        raise SettingError(str(error)) from None
    collector, resolver, web, database, logs = sections
    assert isinstance(collector, CollectorSettings)
    assert isinstance(resolver, ResolverSettings)
    assert isinstance(web, WebSettings)
    assert isinstance(database, DatabaseSettings)
    assert isinstance(logs, LogSettings)
    values = tuple(Value(name, _value_of(sections, name), checked.get(name, (None, "default"))[1]) for name in kinds)
    return Settings(collector, resolver, web, database, logs, values)


def default_data_dir(environment: Mapping[str, str]) -> Path:
    """Under the XDG data home; as root without one in /var/lib, because the database's own user must get there."""
    if home := environment.get("XDG_DATA_HOME"):
        return Path(home) / "skytally"
    if os.geteuid() == 0:
        return Path("/var/lib/skytally")
    return Path(environment.get("HOME") or os.path.expanduser("~")) / ".local/share/skytally"


def _default_file(environment: Mapping[str, str]) -> Path | None:
    if named := environment.get("SKYTALLY_CONFIG"):
        return Path(named)
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME") or "/nonexistent") / ".config")
    for path in (Path(home) / "skytally/skytally.toml", Path("/etc/skytally/skytally.toml")):
        if path.is_file():
            return path
    return None


def _from_file(path: Path | None, kinds: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise SettingError(f"settings file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"settings file {path} is not TOML: {error}") from error
    for name, value in table.items():
        if name not in kinds:
            shown = Value(name, value, "").text()
            raise SettingError(f"unknown setting {name}={shown} ({path}); allowed: {', '.join(kinds)}")
    return {name: (value, str(path)) for name, value in table.items()}


def _from_environment(environment: Mapping[str, str], kinds: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    if url := environment.get("DATABASE_URL"):
        found["database_url"] = (url, "DATABASE_URL")
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS or not value:
            continue
        name = variable[len(PREFIX) :].lower()
        if name not in kinds:
            allowed = ", ".join(PREFIX + known.upper() for known in kinds)
            raise SettingError(f"unknown setting {variable}={hidden(value)}; allowed: {allowed}")
        found[name] = (value, variable)
    return found


def _checked(name: str, value: Any, kind: Any, origin: str) -> Any:
    try:
        return check(name, value, kind)
    except NotAllowed as error:
        shown = Value(name, value, origin).text()
        if len(shown) > _SHOWN_MAX:
            shown = f"{shown[:_SHOWN_MAX]}..."
        raise SettingError(f"setting {name}={shown} ({origin}) is not allowed; allowed: {error}") from None


def _value_of(sections: list[Struct], name: str) -> Any:
    return next(getattr(section, name) for section in sections if name in section.__struct_fields__)
