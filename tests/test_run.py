"""The script `run`, in a copied tree with empty lock files: what it installs, what it passes on, what it says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "cat", "cksum", "cmp", "cp", "dirname", "id", "mkdir", "mv", "readlink", "rm", "sleep")
MAIN = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "cwd": os.getcwd(), "prefix": sys.prefix, "path": sys.path[0]}))
"""
UV = """#!/bin/sh
echo "$*" >>"{log}"
{before}
case $1 in
    venv) for target; do :; done; exec "{python}" -m venv --without-pip "$target" ;;
esac
"""


@dataclass(frozen=True)
class Tree:
    """A checkout with only what `run` needs, and a PATH with only the tools it may count on."""

    root: Path
    bin: Path
    elsewhere: Path

    @property
    def uv_log(self) -> Path:
        return self.bin.parent / "uv.log"

    @property
    def stamp(self) -> Path:
        return self.root / ".venv" / ".skytally" / "requirements.lock"

    def program(self, name: str, text: str) -> None:
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def uv(self, before: str = "") -> None:
        """Stands in for uv: no network, and its calls are counted."""
        self.program("uv", UV.format(log=self.uv_log, python=sys.executable, before=before))

    def start(self, *arguments: str, script: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [script or self.root / "run", *arguments],
            cwd=self.elsewhere, env={"PATH": str(self.bin), **environment}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a suite in the background ignores it
        )  # fmt: skip

    def run(self, *arguments: str, script: Path | None = None, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, script=script, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def seen(self, *arguments: str, script: Path | None = None, **environment: str) -> dict[str, Any]:
        """What the program that was started in the end says of itself."""
        status, out, err = self.run(*arguments, script=script, **environment)
        assert status == 0, err
        seen: dict[str, Any] = json.loads(out)
        return seen

    def installations(self) -> int:
        calls = self.uv_log.read_text().splitlines() if self.uv_log.exists() else []
        return sum(call.startswith("pip install") for call in calls)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "check out", tmp_path / "bin", tmp_path / "elsewhere")
    for directory in (tree.root / "ops", tree.bin, tree.elsewhere):
        directory.mkdir(parents=True)
    shutil.copy(ROOT / "run", tree.root)
    (tree.root / "requirements.lock").write_text("# runtime\n")
    (tree.root / "requirements-dev.lock").write_text("# runtime and development\n")
    (tree.root / "ops" / "__init__.py").touch()
    (tree.root / "ops" / "__main__.py").write_text(MAIN)
    for tool in TOOLS:
        (tree.bin / tool).symlink_to(shutil.which(tool) or pytest.skip(f"no {tool} here"))
    tree.program("python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    tree.uv()
    return tree


def one_line(err: str) -> str:
    assert err.startswith("skytally: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("shell", ["sh", "dash", "bash --posix", "busybox sh"])
def test_it_is_posix_shell(shell: str) -> None:
    command = shell.split()
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    subprocess.run([*command, "-n", ROOT / "run"], check=True)


def test_arguments_pass_on_unchanged_and_the_callers_directory_stays(tree: Tree) -> None:
    arguments = ["query", "two  words", "", "*", "--x=$HOME", "'\"\\"]
    seen = tree.seen(*arguments)
    assert seen["arguments"] == arguments
    assert seen["cwd"] == str(tree.elsewhere)
    assert seen["prefix"] == str(tree.root / ".venv")


def test_without_arguments_it_helps(tree: Tree) -> None:
    assert tree.seen()["arguments"] == ["--help"]


def test_a_file_in_the_callers_directory_is_not_taken_for_ours(tree: Tree) -> None:
    (tree.elsewhere / "ops").mkdir()
    (tree.elsewhere / "ops" / "__main__.py").write_text("raise SystemExit('the wrong one')")
    (tree.elsewhere / "json.py").write_text("raise SystemExit('the wrong one')")
    assert tree.seen("x", PYTHONPATH=str(tree.elsewhere))["path"] == str(tree.root)


def test_it_finds_its_tree_through_links(tree: Tree) -> None:
    (tree.elsewhere / "near").symlink_to("../check out/run")
    (tree.bin / "far").symlink_to(tree.elsewhere / "near")
    for script in (tree.elsewhere / "near", tree.bin / "far", Path("near"), Path("../check out/run")):
        named = script if script.is_absolute() else Path(".") / script
        process = subprocess.run(
            ["sh", str(named)],
            cwd=tree.elsewhere, env={"PATH": str(tree.bin)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert json.loads(process.stdout)["path"] == str(tree.root), process.stderr


def test_once_installed_it_starts_neither_uv_nor_another_python(tree: Tree) -> None:
    tree.seen("x")
    assert "(once)" not in tree.run("x")[2]
    for tool in ("uv", "python3"):
        tree.program(tool, "#!/bin/sh\nexit 99\n")
    tree.seen("x")


def test_another_lock_file_or_interpreter_installs_again(tree: Tree) -> None:
    tree.seen("x")
    (tree.root / "requirements.lock").write_text("# other\n")
    tree.seen("x")
    assert tree.installations() == 2
    (tree.stamp.parent / "interpreter").write_text("/usr/bin/python3.10\n")
    tree.seen("x")
    assert tree.installations() == 3


def test_the_python_that_is_named_is_used(tree: Tree) -> None:
    tree.program("mine", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    tree.program("python3", "#!/bin/sh\necho 2.7\n")
    for _ in range(2):
        tree.seen("x", SKYTALLY_PYTHON=str(tree.bin / "mine"))
        tree.seen("x")
    assert tree.installations() == 1


def test_with_pip_and_venv_where_there_is_no_uv(tree: Tree) -> None:
    (tree.bin / "uv").unlink()
    assert tree.seen("x", HOME="/nonexistent")["prefix"] == str(tree.root / ".venv")
    assert (tree.root / ".venv" / "bin" / "pip").exists()


def test_a_python_that_is_too_old_is_told_in_one_line(tree: Tree) -> None:
    tree.program("python3", "#!/bin/sh\necho 3.9\n")
    status, _, err = tree.run("demo")
    assert status == 1
    assert "needs Python 3.11 or later, and python3 is 3.9 here" in one_line(err)


def test_no_python_at_all_is_told_in_one_line(tree: Tree) -> None:
    (tree.bin / "python3").unlink()
    status, _, err = tree.run("demo")
    assert status == 1
    assert "needs Python 3.11 or later, and there is no python3 here" in one_line(err)


def test_a_python_without_venv_names_the_package_to_install(tree: Tree) -> None:
    (tree.bin / "uv").unlink()
    lacking = 'case "$2" in *ensurepip*) exit 1 ;; esac\n'
    tree.program("python3", f'#!/bin/sh\n{lacking}exec "{sys.executable}" "$@"\n')
    status, _, err = tree.run("demo")
    assert status == 1
    assert one_line(err.partition("\n")[2]).endswith("apt install python3-venv\n")


def test_where_uv_fails_pip_is_tried(tree: Tree) -> None:
    tree.uv(before='[ "$1" != pip ] || { echo "no such mirror" >&2; exit 2; }')
    status, out, err = tree.run("x")
    assert (status, json.loads(out)["arguments"]) == (0, ["x"])
    assert "uv failed, see above; trying pip" in err


@pytest.mark.long
def test_an_installation_that_fails_leaves_no_stamp(tree: Tree) -> None:
    (tree.bin / "uv").unlink()
    (tree.root / "requirements.lock").write_text("no-hash\n")
    status, out, err = tree.run("demo")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1] == "skytally: installing failed, see above"
    assert not tree.stamp.exists()
    (tree.root / "requirements.lock").write_text("# nothing\n")
    assert tree.seen("x")["arguments"] == ["x"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_installation_that_is_interrupted_is_begun_afresh(tree: Tree, number: signal.Signals) -> None:
    tree.uv(before='[ "$1" != pip ] || sleep 60')
    process = tree.start("demo")
    while tree.installations() == 0:
        time.sleep(0.02)
    os.killpg(process.pid, number)
    process.communicate()
    assert not tree.stamp.exists()
    half = tree.root / ".venv" / "half installed"
    half.touch()
    tree.uv()
    assert tree.seen("x")["arguments"] == ["x"]
    assert not half.exists()


def test_two_at_once_install_once(tree: Tree) -> None:
    tree.uv(before="sleep 0.3")
    both = [tree.start("x") for _ in range(2)]
    for each in both:
        out, err = each.communicate(timeout=60)
        assert json.loads(out)["arguments"] == ["x"], err
    assert tree.installations() == 1


def test_a_checkout_that_cannot_be_written_to_is_left_alone(tree: Tree) -> None:
    if os.geteuid() == 0:
        pytest.skip("root can write everywhere")
    tree.root.chmod(0o555)
    cache = tree.elsewhere / "cache"
    assert Path(tree.seen("x", XDG_CACHE_HOME=str(cache))["prefix"]).parent == cache / "skytally"
    assert (
        Path(tree.seen("x", HOME=str(tree.elsewhere))["prefix"]).parent
        == tree.elsewhere / ".cache" / "skytally"
    )
    status, _, err = tree.run("x", HOME="/nonexistent")
    assert status == 1
    assert "can be written to: set XDG_CACHE_HOME" in one_line(err)


def checks(tree: Tree, **statuses: int) -> None:
    """In place of the development tools: they say that they ran, and with what."""
    for name in ("ruff", "mypy", "pytest"):
        text = f"import os, sys\nprint('{name}', *sys.argv[1:], os.path.basename(os.getcwd()))\n"
        (tree.root / f"{name}.py").write_text(f"{text}sys.exit({statuses.get(name, 0)})\n")


def test_the_tests_run_after_lint_and_types_and_from_the_checkout(tree: Tree) -> None:
    checks(tree)
    status, out, _ = tree.run("test")
    pytest_line = "pytest --numprocesses 3 --dist loadfile check out"
    assert (status, out.splitlines()) == (0, ["ruff check . check out", "mypy check out", pytest_line])
    assert tree.run("test", "-k", "two words")[1] == "pytest -k two words check out\n"
    assert tree.run("test", "--long", "-x")[1] == "pytest -m long --numprocesses 2 --dist loadfile -x check out\n"
    assert tree.run("test", "-q", CI="true")[1].count("\n") == 3


@pytest.mark.parametrize(
    ("what", "module"), [("faults", "faults"), ("mutants", "mutants"), ("fuzz", "fuzz"), ("service-faults", "service")]
)
def test_faults_and_mutants_are_programs_of_their_own(tree: Tree, what: str, module: str) -> None:
    (tree.root / "tests").mkdir()
    (tree.root / "tests" / f"{module}.py").write_text(MAIN)
    seen = tree.seen("test", f"--{what}", "3", "--only", "kill worker")
    assert seen["arguments"] == ["3", "--only", "kill worker"]
    assert seen["cwd"] == str(tree.root)


@pytest.mark.parametrize("culprit", ["ruff", "mypy", "pytest"])
def test_whatever_fails_decides_and_all_is_run(tree: Tree, culprit: str) -> None:
    checks(tree, **{culprit: 1})
    status, out, _ = tree.run("test")
    assert (status, out.count("\n")) == (1, 3)


def test_the_development_lock_has_all_of_the_other(tree: Tree) -> None:
    checks(tree)
    tree.seen("x")
    tree.run("test")
    tree.run("test")
    tree.seen("x")
    assert tree.installations() == 2
