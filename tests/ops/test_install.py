"""Installing into a prefix: what lies where, the next version beside it, and the way back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ops.release import PARTS, ReleaseError, Releases
from sql.version import VERSION
from tests.ops.command import ROOT, skytally

BARE = "--no-environment"  # which an installation has to make from a network


def files(folder: Path) -> set[str]:
    """Every file but those of releases, by its path."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink()}
    return {path for path in found if not path.startswith(("opt/skytally/releases/", "opt/skytally/current/"))}


def release_of(prefix: Path) -> str:
    return str((prefix / "opt/skytally/current").readlink())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prefix with this checkout installed as 'first'."""
    prefix = tmp_path_factory.mktemp("prefix")
    done = skytally("install", "--prefix", prefix, "--release", "first", BARE)
    assert (done.code, done.err) == (0, "")
    return prefix


@pytest.fixture
def prefix(installed: Path, tmp_path: Path) -> Path:
    """A prefix of this test's own, the same."""
    return Path(shutil.copytree(installed, tmp_path / "prefix", symlinks=True))


def test_it_lays_out_a_release_its_units_its_accounts_and_its_settings(installed: Path) -> None:
    units = {f"etc/systemd/system/{p.name}" for p in (ROOT / "ops/systemd").iterdir() if p.suffix != ".conf"}
    assert files(installed) == units | {
        "etc/skytally/skytally.toml",
        "etc/sysusers.d/skytally.conf",
        "etc/tmpfiles.d/skytally.conf",
        "opt/skytally/current",
        "usr/local/bin/skytally",
    }
    assert (installed / "usr/local/bin/skytally").resolve() == (installed / "opt/skytally/releases/first/run").resolve()
    release = installed / "opt/skytally/current"
    assert release_of(installed) == "releases/first"
    assert {path.name for path in release.iterdir()} == set(PARTS)
    for path in (release, *release.rglob("*")):  # others may read it, and write nothing
        assert path.stat().st_mode & 0o755 in ({0o755} if path.is_dir() else {0o755, 0o644}), path
        assert not path.stat().st_mode & 0o022, path
    assert (release / "run").stat().st_mode & 0o777 == 0o755
    assert list((release / "ops" / "__pycache__").glob("cli.*.pyc"))


def test_a_dry_run_says_the_same_and_does_nothing(tmp_path: Path) -> None:
    said = skytally("install", "--prefix", tmp_path / "dry", "--dry-run", BARE)
    assert (said.code, said.err) == (0, "")
    assert f"would copy {ROOT} to {tmp_path}/dry/opt/skytally/releases/{VERSION}\n" in said.out
    assert f"would link {tmp_path}/dry/opt/skytally/current to releases/{VERSION}\n" in said.out
    assert not (tmp_path / "dry").exists()


def test_a_second_time_changes_nothing_and_leaves_settings_alone(prefix: Path) -> None:
    settings = prefix / "etc/skytally/skytally.toml"
    settings.write_text('contact = "me"\n')
    before = files(prefix)
    assert skytally("install", "--prefix", prefix, "--release", "first", BARE).code == 0
    assert files(prefix) == before
    assert settings.read_text() == 'contact = "me"\n'


def test_another_checkout_under_a_name_that_is_taken_is_refused(prefix: Path) -> None:
    changed = prefix / "opt/skytally/releases/first/run"
    changed.write_text("another\n")
    done = skytally("install", "--prefix", prefix, "--release", "first", BARE)
    assert (done.code, "has other files than" in done.err) == (1, True)
    assert changed.read_text() == "another\n"


def test_an_upgrade_switches_and_a_rollback_switches_back_with_the_units_of_each(prefix: Path) -> None:
    unit = prefix / "etc/systemd/system/skytally-collector.service"
    (prefix / "opt/skytally/releases/first/ops/systemd/skytally-collector.service").write_text("of the first\n")
    shutil.copy(unit, prefix / "etc/systemd/system/skytally-of-old.service")
    beside = skytally("install", "--prefix", prefix, "--release", "second", BARE)
    assert (beside.code, release_of(prefix)) == (0, "releases/first")
    upgraded = skytally("upgrade", "--prefix", prefix, "--release", "second", BARE)
    assert (upgraded.code, release_of(prefix)) == (0, "releases/second")
    assert "first was the current release, second is now" in upgraded.out
    assert "/opt/skytally/previous/run backup" in upgraded.out  # the new one refuses a database that is not migrated
    assert unit.read_text() == (ROOT / "ops/systemd/skytally-collector.service").read_text()
    assert not (prefix / "etc/systemd/system/skytally-of-old.service").exists()
    back = skytally("rollback", "--prefix", prefix)
    assert (back.code, release_of(prefix)) == (0, "releases/first")
    assert unit.read_text() == "of the first\n"
    forth = skytally("rollback", "--prefix", prefix)  # the one before is now the second
    assert (forth.code, release_of(prefix)) == (0, "releases/second")


def test_behind_a_migration_the_way_back_is_a_restored_backup(prefix: Path) -> None:
    assert skytally("upgrade", "--prefix", prefix, "--release", "second", BARE).code == 0
    last = max((prefix / "opt/skytally/releases/first/sql/migrations").iterdir())
    last.unlink()
    refused = skytally("rollback", "--prefix", prefix)
    assert (refused.code, release_of(prefix)) == (3, "releases/second")
    assert refused.err == (
        f"skytally: first does not know {last.stem}: restore a backup from before second, then call this with "
        "--restored\n"
    )
    assert skytally("rollback", "--prefix", prefix, "--restored").code == 0
    assert release_of(prefix) == "releases/first"


def test_there_is_nothing_to_go_back_to(prefix: Path, tmp_path: Path) -> None:
    for where, flags in ((prefix, ()), (tmp_path / "empty", ()), (prefix, ("--to", "absent"))):
        done = skytally("rollback", "--prefix", where, *flags)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


def test_what_was_cut_off_half_way_is_made_whole(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    (tmp_path / "releases/.one.half/run").mkdir(parents=True)
    assert releases.add(ROOT, "one") is True
    assert releases.add(ROOT, "one") is False
    with pytest.raises(ReleaseError):
        releases.use("two")
    assert (releases.current, releases.previous) == (None, None)
