"""Flags from a dataclass of options: a field is a flag, its default the flag's, its metadata 'help' the explanation."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any, TypeVar, get_type_hints

Options = TypeVar("Options")


def add_options(parser: argparse.ArgumentParser, kind: type[Any], *, positional: tuple[str, ...] = ()) -> None:
    """Add a flag for every field of the dataclass; fields in `positional` are named by their place."""
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        text = field.metadata.get("help", "").replace("%", "%%")
        if dataclasses.is_dataclass(hints[field.name]):
            nested = hints[field.name]
            assert isinstance(nested, type)
            title = (nested.__doc__ or field.name).splitlines()[0].rstrip(".")
            add_options(parser.add_argument_group(title), nested)  # type: ignore[arg-type]
        elif field.name in positional:
            parser.add_argument(field.name, help=text)
        else:
            _add_flag(parser, field, hints[field.name], text)


def _add_flag(parser: argparse.ArgumentParser, field: dataclasses.Field[Any], kind: type[Any], text: str) -> None:
    flag = "--" + field.name.replace("_", "-")
    if kind is bool:
        parser.add_argument(flag, action="store_true", help=text)
        return
    required = field.default is dataclasses.MISSING
    shown = text if required else f"{text} (default {field.default})".strip()
    parser.add_argument(
        flag, type=kind, metavar="X", required=required, default=None if required else field.default, help=shown
    )


def options_of(kind: type[Options], arguments: argparse.Namespace) -> Options:
    """The options that the parsed flags say."""
    hints = get_type_hints(kind)
    values = {
        field.name: options_of(hints[field.name], arguments)
        if dataclasses.is_dataclass(hints[field.name])
        else getattr(arguments, field.name)
        for field in dataclasses.fields(kind)  # type: ignore[arg-type]
    }
    return kind(**values)
