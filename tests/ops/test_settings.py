"""Settings: where each may come from, which wins, and what is said of those that are wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ops.settings import SettingError, Value, declared, description, load

NAMES = (
    "source, network, since, collections, dids, contact, workers, batch_events_max, batch_bytes_max, batch_age_s_max, "
    "queue_bytes_max, frame_bytes_max, event_bytes_max, zstd, zstd_dictionaries, check_cids, future_s_max, rewind_s, "
    "rewind_other_host_s, rewind_other_host_s_max, two_at_once, first_host_probe_s, "
    "first_host_well_s, blind_s, gap_s_min, "
    "silence_s_max, reconnect_s_min, reconnect_s_max, window_s_min, window_events_min, window_events_max, "
    "fold_interval_s, event_days_kept, feeds, experience, minute_days_kept, hour_days_kept, database_mib_max, "
    "live_kept_s, board_rows, board_interval_s, stop_deadline_s, disk_free_mib_min, selfcheck_interval_s, "
    "metrics_listen, "
    "appview, appview_interval_s, profile_age_s_max, posts_before, post_texts, post_text_rows, post_text_age_s_max, "
    "web_host, web_port, web_pool_max, web_socket, web_processes, web_cache_mib, web_cache_table_mib, "
    "web_misses_per_second, web_misses_burst, web_live_readers_max, web_live_readers_per_client_max, "
    "web_metrics_listen, web_access_log, cdn_purge, memcached, "
    "public_url, feed_publisher, feed_terms, trusted_proxies, "
    "data_dir, database_url, database_disk, pg_bin, pg_user, log_format, log_level"
)
VARIABLES = ", ".join(f"SKYTALLY_{name.upper()}" for name in NAMES.split(", "))
SOURCES = "one or more ws:// or wss:// URLs that end in /subscribe, separated by commas"
DATABASES = "postgresql://user@host/database or the same as key=value pairs; empty for the embedded one"
SINCE = "oldest, live, a duration back (90s, 30m, 24h, 7d) or an RFC 3339 time"


def found(
    environment: dict[str, str] | None = None, flags: dict[str, str] | None = None, file: Path | None = None
) -> dict[str, tuple[object, str]]:
    """Every setting's value and origin, in a home without any file of settings."""
    settings = load({"HOME": "/nonexistent", **(environment or {})}, flags, file)
    return {value.name: (value.value, value.origin) for value in settings.values}


def refusal(
    environment: dict[str, str] | None = None, flags: dict[str, str] | None = None, file: Path | None = None
) -> str:
    with pytest.raises(SettingError) as refused:
        found(environment, flags, file)
    return str(refused.value)


def toml(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "skytally.toml"
    path.write_text(text)
    return path


def test_every_setting_is_here_with_a_description_and_numbers_with_a_unit_or_a_plain_count() -> None:
    kinds = declared()
    assert ", ".join(kinds) == NAMES
    assert [name for name, kind in kinds.items() if not re.fullmatch(r"[A-Za-z].+\.", description(kind))] == []
    plain = {name for name, (value, _) in found().items() if type(value) in (int, float)}
    with_unit = {name for name in plain if Value(name, 0, "").unit}
    counts = {
        "workers", "board_rows", "post_text_rows", "web_port", "web_pool_max", "web_processes", "web_misses_burst",
        "web_misses_per_second", "web_live_readers_max", "web_live_readers_per_client_max",
    }  # fmt: skip
    assert plain - with_unit == counts
    assert {name: Value(name, 0, "").unit for name in ("rewind_s", "queue_bytes_max", "disk_free_mib_min")} == {
        "rewind_s": "seconds",
        "queue_bytes_max": "bytes",
        "disk_free_mib_min": "MiB",
    }


def test_a_default_gives_way_to_the_file_that_to_a_variable_and_that_to_a_flag(tmp_path: Path) -> None:
    file = toml(tmp_path, "workers = 4\nweb_port = 1\nrewind_s = 1\n")
    environment = {"SKYTALLY_WEB_PORT": "2", "SKYTALLY_REWIND_S": "2.5"}
    assert {
        name: value
        for name, value in found(environment, {"rewind_s": "3"}, file).items()
        if name in ("workers", "web_port", "rewind_s", "web_host")
    } == {
        "workers": (4, str(file)),
        "web_port": (2, "SKYTALLY_WEB_PORT"),
        "rewind_s": (3.0, "--rewind-s"),
        "web_host": ("127.0.0.1", "default"),
    }
    assert {origin for _, origin in found().values()} == {"default"}


def test_each_half_gets_what_it_declares_and_both_get_what_both_declare() -> None:
    settings = load({"SKYTALLY_CONTACT": "ops@example.com", "SKYTALLY_WORKERS": "8", "SKYTALLY_WEB_PORT": "0"})
    assert (settings.collector.workers, settings.web.web_port) == (8, 0)
    assert (settings.collector.contact, settings.web.contact) == ("ops@example.com", "ops@example.com")


def test_every_variable_of_the_readme_is_read() -> None:
    given = {
        "SKYTALLY_SOURCE": "ws://one.example/subscribe, wss://two.example:6008/subscribe?x=y",
        "SKYTALLY_DATA_DIR": "/srv/skytally",
        "DATABASE_URL": "postgresql://me@db.example/skytally",
        "SKYTALLY_WORKERS": "16",
        "SKYTALLY_WEB_HOST": "::1",
        "SKYTALLY_WEB_PORT": "9000",
        "SKYTALLY_MEMCACHED": "127.0.0.1:11211",
        "SKYTALLY_PUBLIC_URL": "https://tally.example",
        "SKYTALLY_TRUSTED_PROXIES": "10.0.0.0/8 ::1",
        "SKYTALLY_CONTACT": "ops@example.com",
    }
    assert {origin: value for value, origin in found(given).values() if origin != "default"} == {
        **given,
        "SKYTALLY_SOURCE": ("ws://one.example/subscribe", "wss://two.example:6008/subscribe?x=y"),
        "SKYTALLY_WORKERS": 16,
        "SKYTALLY_WEB_PORT": 9000,
        "SKYTALLY_TRUSTED_PROXIES": ("10.0.0.0/8", "::1"),
    }


def test_the_variable_of_our_own_name_wins_over_database_url_and_an_empty_one_says_nothing() -> None:
    both = {"DATABASE_URL": "postgresql://one/a", "SKYTALLY_DATABASE_URL": "host=two dbname=b"}
    assert found(both)["database_url"] == ("host=two dbname=b", "SKYTALLY_DATABASE_URL")
    assert found({"DATABASE_URL": "", "SKYTALLY_WORKERS": ""}) == found()


def test_a_file_is_named_by_a_variable_or_found_in_the_config_home(tmp_path: Path) -> None:
    (tmp_path / "skytally").mkdir()
    file = toml(tmp_path / "skytally", 'source = ["ws://a/subscribe", "ws://b/subscribe"]\nweb_port = 1\n')
    expected = (("ws://a/subscribe", "ws://b/subscribe"), str(file))
    assert found({"XDG_CONFIG_HOME": str(tmp_path)})["source"] == expected
    assert found({"SKYTALLY_CONFIG": str(file)})["source"] == expected
    other = toml(tmp_path, "web_port = 2\n")
    assert found({"XDG_CONFIG_HOME": str(tmp_path), "SKYTALLY_CONFIG": str(other)})["web_port"] == (2, str(other))


def test_the_data_live_under_the_data_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert found({"XDG_DATA_HOME": "/x/data"})["data_dir"] == ("/x/data/skytally", "default")
    assert found({"HOME": "/home/me"})["data_dir"] == ("/home/me/.local/share/skytally", "default")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert found({"XDG_DATA_HOME": "/x/data"})["data_dir"] == ("/x/data/skytally", "default")
    assert found({"HOME": "/root"})["data_dir"] == ("/var/lib/skytally", "default")
    monkeypatch.setenv("HOME", "/home/me")
    assert found(flags={"data_dir": "~/tally"})["data_dir"] == ("/home/me/tally", "--data-dir")


@pytest.mark.parametrize(
    ("name", "value", "shown", "allowed"),
    [
        ("source", "http://a/subscribe", "http://a/subscribe", SOURCES),
        ("source", "ws://a/elsewhere", "ws://a/elsewhere", SOURCES),
        ("source", "ws://u:secret@a:99999/subscribe", "ws://u:***@a:99999/subscribe", SOURCES),
        ("source", "ws:///subscribe", "ws:///subscribe", SOURCES),
        ("network", "Bluesky", "Bluesky", "a lower-case letter and up to 30 lower-case letters, digits or hyphens"),
        ("since", "yesterday", "yesterday", SINCE),
        ("since", "2026-13-01", "2026-13-01", SINCE),
        ("dids", ",".join("d" * 10_001), "d," * 100 + "...", "a list separated by commas, at most 10000 entries"),
        ("contact", "x" * 201, "x" * 200 + "...", "a text, at most 200 characters"),
        ("workers", "3", "3", "1, 2, 4, 8, 16 or 32"),
        ("workers", "two", "two", "1, 2, 4, 8, 16 or 32"),
        ("batch_events_max", "1.5", "1.5", "a whole number, at least 1, at most 100000 (events)"),
        ("batch_age_s_max", "0", "0", "a number, above 0, at most 60 (seconds)"),
        ("rewind_s", "nan", "nan", "a number, at least 0, at most 3600 (seconds)"),
        ("disk_free_mib_min", "-1", "-1", "a whole number, at least 0 (MiB)"),
        ("post_texts", "maybe", "maybe", "true or false"),
        ("web_port", "65536", "65536", "a whole number, at least 0, at most 65535"),
        ("public_url", "tally.example", "tally.example", "an http:// or https:// URL; empty when it is unknown"),
        ("trusted_proxies", "10.0.0.0/8,proxy", "10.0.0.0/8,proxy",
         "IP addresses or networks (10.0.0.0/8), or unix, separated by commas"),
        ("database_url", "mysql://me:secret@db/x", "mysql://me:***@db/x", DATABASES),
        ("database_url", "hots=db password='a secret'", "hots=db password=***", DATABASES),
    ],
)  # fmt: skip
def test_a_value_that_is_not_allowed_ends_with_its_name_what_it_is_and_what_is(
    name: str, value: str, shown: str, allowed: str, tmp_path: Path
) -> None:
    variable, flag = f"SKYTALLY_{name.upper()}", "--" + name.replace("_", "-")

    def message(origin: str) -> str:
        return f"setting {name}={shown} ({origin}) is not allowed; allowed: {allowed}"

    assert refusal({variable: value}) == message(variable)
    assert refusal(flags={name: value}) == message(flag)
    file = toml(tmp_path, f'{name} = "{value}"\n')
    assert refusal(file=file) == message(str(file))


def test_a_value_of_the_wrong_type_in_a_file_is_refused(tmp_path: Path) -> None:
    file = toml(tmp_path, "workers = true\n")
    assert refusal(file=file) == (f"setting workers=true ({file}) is not allowed; allowed: 1, 2, 4, 8, 16 or 32")
    toml(tmp_path, "source = 5\n")
    assert refusal(file=file) == f"setting source=5 ({file}) is not allowed; allowed: {SOURCES}"


def test_an_unknown_setting_ends_with_its_name_its_value_and_all_there_are(tmp_path: Path) -> None:
    assert refusal({"SKYTALLY_WROKERS": "4"}) == f"unknown setting SKYTALLY_WROKERS=4; allowed: {VARIABLES}"
    file = toml(tmp_path, "wrokers = 4\n")
    assert refusal(file=file) == f"unknown setting wrokers=4 ({file}); allowed: {NAMES}"


def test_variables_that_others_read_are_no_settings() -> None:
    assert found({"SKYTALLY_PYTHON": "python3.12", "SKYTALLY_CRASH": "after_names", "OTHER_WORKERS": "3"}) == found()


def test_a_file_that_can_not_be_read_says_why(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert refusal(file=missing) == f"settings file {missing}: No such file or directory"
    assert refusal({"SKYTALLY_CONFIG": str(missing)}) == f"settings file {missing}: No such file or directory"
    broken = toml(tmp_path, "workers = \n")
    assert refusal(file=broken) == f"settings file {broken} is not TOML: Invalid value (at line 1, column 11)"
    broken.write_bytes(b'contact = "\xff"\n')
    assert refusal(file=broken).startswith(f"settings file {broken} is not TOML: 'utf-8' codec can't decode")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://me:p%40ss@db:5432/x", "postgresql://me:***@db:5432/x"),
        ("postgresql://me:a/b@c@db/x", "postgresql://me:***@db/x"),
        ("postgresql://me@db/x?password=secret&sslmode=require", "postgresql://me@db/x?password=***&sslmode=require"),
        ("host=db password=secret user=me", "host=db password=*** user=me"),
        (r"password = 'it\'s a secret' host=db", "password = *** host=db"),
        ("postgresql://me@db:5432/x", "postgresql://me@db:5432/x"),
        ("", "-"),
    ],
)
def test_a_password_is_never_shown(given: str, shown: str) -> None:
    assert Value("database_url", given, "DATABASE_URL").text() == shown
    assert Value("source", (given,), "default").shown() == ["" if shown == "-" else shown]


def test_limits_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SettingError) as refused:
        load({"HOME": "/nowhere", "SKYTALLY_RECONNECT_S_MIN": "50"})
    assert str(refused.value) == (
        "settings reconnect_s_min=50.0 reconnect_s_max=30.0 contradict each other; "
        "allowed: reconnect_s_min at most reconnect_s_max"
    )
    with pytest.raises(SettingError, match="minute_days_kept at most hour_days_kept"):
        load({"HOME": "/nowhere", "SKYTALLY_MINUTE_DAYS_KEPT": "60"})
