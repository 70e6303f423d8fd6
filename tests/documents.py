"""The documents as tests read them: blocks, commands, links, and what they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_FOLDERS = ("benchmarks", "collector", "ops", "sql", "tests", "web")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in _FOLDERS for path in (ROOT / folder).rglob("*.md"))])
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_OPERATORS = {"&&", "||", "|", ";", "&"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


class Command(NamedTuple):
    """One program that a document has people call."""

    words: tuple[str, ...]
    variables: tuple[str, ...]
    """Names that are set for it alone."""
    document: str

    @property
    def ours(self) -> tuple[str, ...] | None:
        """The words after `run`, of whatever release; None where it is another program."""
        return self.words[1:] if self.words[0] in ("./run", "skytally", "$skytally") or self._installed else None

    @property
    def _installed(self) -> bool:
        return self.words[0].endswith("/current/run")


class Link(NamedTuple):
    """A link from one document to something of ours."""

    document: Path
    path: str
    anchor: str


def blocks(path: Path, language: str) -> list[str]:
    """What stands in the fenced blocks of a language."""
    return [text for found, text in _BLOCK.findall(path.read_text(encoding="utf-8")) if found == language]


def prose(path: Path) -> str:
    """The document without its fenced blocks."""
    return _BLOCK.sub("", path.read_text(encoding="utf-8"))


def commands() -> list[Command]:
    """Every command in blocks of shell, and after a `$` in blocks that show what is answered."""
    found = []
    for path in DOCUMENTS:
        name = path.relative_to(ROOT).as_posix()
        lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
        shown = [line[2:] for block in blocks(path, "") for line in block.splitlines() if line.startswith("$ ")]
        for line in (*lines, *shown):
            found += list(_commands(line, name))
    return found


def _commands(line: str, document: str) -> Iterator[Command]:
    parser = shlex.shlex(line, posix=True, punctuation_chars=True)
    parser.whitespace_split = True
    words: list[str] = []
    for word in (*parser, ";"):
        if word not in _OPERATORS:
            words.append(word)
            continue
        at = next((n for n, each in enumerate(words) if not _ASSIGNMENT.match(each)), len(words))
        set_for_it, words = tuple(each.partition("=")[0] for each in words[:at]), words[at:]
        if words[:2] == ["sudo", "-u"]:
            words = words[3:]
        if words:
            yield Command(tuple(words), set_for_it, document)
        if words[:1] == ["su"]:
            yield from _commands(words[words.index("-c") + 1], document)
        words = []


def links() -> list[Link]:
    """Every link that does not lead elsewhere."""
    found = []
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
            if not re.match(r"[a-z]+:", target):
                where, _, anchor = target.partition("#")
                found.append(Link(path, where, anchor))
    return found


def anchors(path: Path) -> set[str]:
    """What can follow a `#`: headings, as they are made addresses of."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named(pattern: str) -> set[str]:
    """What of a pattern stands in code spans of the documents, but for the changelog's, which tells of the past too."""
    texts = [prose(path) for path in DOCUMENTS if path.name != "CHANGELOG.md"]
    return {name for text in texts for span in re.findall(r"`([^`\n]+)`", text) for name in re.findall(pattern, span)}
