"""Settings: read once from the environment; what is wrong is said in one sentence per variable, without its value."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import SettingsInvalid
from config.settings import Settings, WorkerMode, child_environment, describe_settings, load_settings

SECRET = secrets.token_urlsafe(48)
OTHER_SECRET = secrets.token_urlsafe(48)


@pytest.fixture(autouse=True)
def only_a_secret_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("MIJLPAAL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MIJLPAAL_SECRET_KEY", SECRET)


def test_settings_when_only_the_secret_is_set_have_defaults_that_work() -> None:
    settings = load_settings()

    assert settings.secret_key.get_secret_value() == SECRET
    assert settings.key_secrets == ()
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_address == "sqlite:///data/mijlpaal.sqlite3"
    assert settings.redis_url == ""
    assert settings.worker is WorkerMode.EMBEDDED
    assert (settings.trusted_proxies, settings.allow_loopback, settings.log_level) == (0, False, "INFO")


def test_settings_when_every_variable_is_set_are_as_set(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(
        monkeypatch,
        KEY_SECRETS=f" {SECRET} , {OTHER_SECRET},",
        PUBLIC_URL="https://mijlpaal.example.org:8443/",
        DATA_DIR="/var/lib/mijlpaal",
        DATABASE_URL="postgresql+psycopg://localhost/mijlpaal",
        REDIS_URL="redis://localhost/0",
        WORKER="separate",
        TRUSTED_PROXIES="2",
        ALLOW_LOOPBACK="true",
        LOG_LEVEL="DEBUG",
    )

    settings = load_settings()

    assert [secret.get_secret_value() for secret in settings.key_secrets] == [SECRET, OTHER_SECRET]
    assert settings.public_url == "https://mijlpaal.example.org:8443"
    assert settings.data_dir == Path("/var/lib/mijlpaal")
    assert settings.database_address == "postgresql+psycopg://localhost/mijlpaal"
    assert settings.redis_url == "redis://localhost/0"
    assert settings.worker is WorkerMode.SEPARATE
    assert (settings.trusted_proxies, settings.allow_loopback, settings.log_level) == (2, True, "DEBUG")


def test_database_address_when_only_the_directory_is_set_lies_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, DATA_DIR="/var/lib/mijlpaal")

    assert load_settings().database_address == "sqlite:////var/lib/mijlpaal/mijlpaal.sqlite3"


def test_settings_when_the_secret_is_not_set_do_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIJLPAAL_SECRET_KEY")

    with pytest.raises(SettingsInvalid) as caught:
        load_settings()

    assert caught.value.detail == "MIJLPAAL_SECRET_KEY is not set"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        pytest.param("SECRET_KEY", "", "must have at least 32 characters", id="secret-empty"),
        pytest.param("SECRET_KEY", "changeme-changeme", "must have at least 32 characters", id="secret-short"),
        pytest.param(
            "KEY_SECRETS",
            f"{SECRET},wrong-and-short",
            "each must have at least 32 characters",
            id="one-key-secret-short",
        ),
        pytest.param("PUBLIC_URL", "mijlpaal.wrong", "must be an address like https://", id="address-without-scheme"),
        pytest.param("PUBLIC_URL", "ftp://mijlpaal.wrong", "must be an address like https://", id="address-ftp"),
        pytest.param("PUBLIC_URL", "https://", "must be an address like https://", id="address-without-host"),
        pytest.param("PUBLIC_URL", "https://wrong.example/path", "without a path", id="address-with-path"),
        pytest.param("PUBLIC_URL", "https://wrong.example?a=1", "without a path", id="address-with-query"),
        pytest.param("PUBLIC_URL", "https://wrong.example?", "without a path", id="address-with-empty-query"),
        pytest.param("PUBLIC_URL", "https://wrong.example#a", "without a path", id="address-with-fragment"),
        pytest.param("PUBLIC_URL", "https://wrong@example.org", "without a path", id="address-with-person"),
        pytest.param("PUBLIC_URL", "https://:wrong@example.org", "without a path", id="address-with-password"),
        pytest.param("PUBLIC_URL", "https://wrong.example:port", "without a path", id="address-with-wrong-port"),
        pytest.param("PUBLIC_URL", "https://wrong.example:70000", "without a path", id="address-with-high-port"),
        pytest.param("PUBLIC_URL", "https://[::wrong", "without a path", id="address-broken"),
        pytest.param("PUBLIC_URL", "https://wrong．example／x", "without a path", id="address-with-look-alikes"),
        pytest.param("PUBLIC_URL", "https://wrong example.org", "without a path", id="address-with-space"),
        pytest.param("DATABASE_URL", "mysql://wrong", "must begin with sqlite:/// or postgresql", id="database-mysql"),
        pytest.param(
            "DATABASE_URL", "postgres://wrong", "must begin with sqlite:/// or postgresql", id="driver-missing"
        ),
        pytest.param("WORKER", "wrong", "'embedded' or 'separate'", id="worker-unknown"),
        pytest.param("TRUSTED_PROXIES", "wrong", "integer", id="proxies-text"),
        pytest.param("TRUSTED_PROXIES", "-173", "greater than or equal to 0", id="proxies-negative"),
        pytest.param("TRUSTED_PROXIES", "173", "less than or equal to 5", id="proxies-too-many"),
        pytest.param("ALLOW_LOOPBACK", "wrong", "boolean", id="loopback-text"),
        pytest.param("LOG_LEVEL", "wrong", "DEBUG|INFO|WARNING|ERROR", id="level-unknown"),
        pytest.param("LOG_LEVEL", "INFO\n", "DEBUG|INFO|WARNING|ERROR", id="level-with-newline"),
    ],
)
def test_settings_when_one_value_is_wrong_say_so_in_one_sentence_without_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    _set(monkeypatch, **{variable: value})

    with pytest.raises(SettingsInvalid) as caught:
        load_settings()

    sentence = caught.value.detail
    assert sentence.startswith(f"MIJLPAAL_{variable} ")
    assert says in sentence
    assert "MIJLPAAL_" not in sentence[len("MIJLPAAL_") :]
    assert "\n" not in sentence
    assert not any(part in sentence for part in ("wrong", "173", "changeme", SECRET))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_settings_when_several_values_are_wrong_name_each(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, SECRET_KEY="short", WORKER="nobody", TRUSTED_PROXIES="many")

    with pytest.raises(SettingsInvalid) as caught:
        load_settings()

    sentences = caught.value.detail.split("; ")
    assert [sentence.split(" ")[0] for sentence in sentences] == [
        "MIJLPAAL_SECRET_KEY",
        "MIJLPAAL_WORKER",
        "MIJLPAAL_TRUSTED_PROXIES",
    ]


def test_settings_when_printed_do_not_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, KEY_SECRETS=OTHER_SECRET)

    shown = f"{load_settings()!r} {load_settings()!s}"

    assert SECRET not in shown
    assert OTHER_SECRET not in shown


def test_settings_when_read_cannot_be_changed() -> None:
    settings = load_settings()

    with pytest.raises(ValidationError):
        settings.log_level = "DEBUG"  # type: ignore[misc]


def test_settings_when_the_environment_has_other_names_pass_them_by(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, UNKNOWN="x")
    monkeypatch.setenv("WORKER", "nobody")

    assert load_settings().worker is WorkerMode.EMBEDDED


def test_description_when_printed_names_every_variable_and_gives_no_secret_a_default() -> None:
    described = {variable: (default, meaning) for variable, default, meaning in describe_settings()}

    assert set(described) == {f"MIJLPAAL_{name.upper()}" for name in Settings.model_fields}
    assert described["MIJLPAAL_SECRET_KEY"][0] == "(required)"
    assert described["MIJLPAAL_KEY_SECRETS"][0] == ""
    assert described["MIJLPAAL_WORKER"][0] == "embedded"
    assert [variable for variable, (_, meaning) in described.items() if not meaning] == []


def test_child_environment_when_made_has_these_settings_and_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, LOG_LEVEL="DEBUG")
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")

    child = child_environment({"WORKER": "separate"})

    assert {name: value for name, value in child.items() if name.startswith("MIJLPAAL_")} == {
        "MIJLPAAL_WORKER": "separate"
    }
    assert child["LANG"] == "nl_NL.UTF-8"


def _set(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"MIJLPAAL_{name}", value)
