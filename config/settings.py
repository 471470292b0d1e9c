"""Every setting of the service, read from the environment once and nowhere else (prefix `MIJLPAAL_`)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config.errors import SettingsInvalid

ENVIRONMENT_PREFIX = "MIJLPAAL_"
_SHORTEST_SECRET = 32
_ORIGIN = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_HIGHEST_PORT = 65_535


class WorkerMode(StrEnum):
    """Who empties the outbox."""

    EMBEDDED = "embedded"
    SEPARATE = "separate"


class Settings(BaseSettings):
    """The settings of one installation. `mijlpaal settings` prints this table."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore", frozen=True)

    secret_key: SecretStr = Field(
        description=(
            "At least 32 random characters; everything that must not be forged is derived from it. "
            "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'. No default."
        )
    )
    key_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        description=(
            "Secrets that encrypt the private keys in the database, separated by commas. The first encrypts, all "
            "decrypt, so a new one can be put in front. Default: derived from SECRET_KEY."
        ),
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="The address under which browsers and platforms reach this service, without a path.",
    )
    data_dir: Path = Field(default=Path("data"), description="Where the SQLite database lies by default.")
    database_url: str = Field(
        default="",
        description="SQLAlchemy address: sqlite:///path or postgresql+psycopg://… Default: SQLite in DATA_DIR.",
    )
    redis_url: str = Field(
        default="",
        description="Optional Redis. With it a separate worker is woken at once instead of looking every second.",
    )
    worker: WorkerMode = Field(
        default=WorkerMode.EMBEDDED,
        description="embedded: a thread of the web process sends scores and signs badges. separate: `mijlpaal worker`.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description=(
            "How many reverse proxies of yours are in front, each adding to X-Forwarded-For; 1 or more where "
            "PUBLIC_URL is https. `mijlpaal check` tells whether the number is right."
        ),
    )
    allow_loopback: bool = Field(
        default=False,
        description="Development only: outgoing calls may reach this machine, and http is accepted there.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="How much is logged: DEBUG, INFO, WARNING or ERROR.",
    )

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"must have at least {_SHORTEST_SECRET} characters")
        return value

    @field_validator("key_secrets", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("key_secrets")
    @classmethod
    def _each_long_enough(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(secret.get_secret_value()) < _SHORTEST_SECRET for secret in value):
            raise ValueError(f"each must have at least {_SHORTEST_SECRET} characters")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        origin = _ORIGIN.fullmatch(value.rstrip("/"))
        if origin is None or int(origin["port"] or 0) > _HIGHEST_PORT:
            raise ValueError("must be an address like https://mijlpaal.example.org, without a path")
        return origin[0]

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @property
    def database_address(self) -> str:
        """The address to connect to, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'mijlpaal.sqlite3'}"

    @property
    def serving_problems(self) -> tuple[str, ...]:
        """Say why the pages cannot be served with these settings; other commands do not mind."""
        is_https = self.public_url.startswith("https://")
        problems = []
        if not is_https and not self.allow_loopback and not _is_this_machine(self.public_url):
            problems.append(
                f"{ENVIRONMENT_PREFIX}PUBLIC_URL must begin with https://: the tool is shown in a frame of the course, "
                "and browsers keep its cookies there only over https"
            )
        if is_https and self.trusted_proxies == 0:
            problems.append(
                f"{ENVIRONMENT_PREFIX}TRUSTED_PROXIES must be the number of proxies in front, 1 or more: "
                f"{ENVIRONMENT_PREFIX}PUBLIC_URL is https and the service itself speaks http"
            )
        return tuple(problems)


def _is_this_machine(public_url: str) -> bool:
    host = urlsplit(public_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def load_settings(**overrides: object) -> Settings:
    """Read the settings, or say in one sentence per setting what is wrong.

    Raises:
        SettingsInvalid: naming every variable that is missing or wrong; never its value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as invalid:
        problems = []
        for error in invalid.errors(include_input=False, include_url=False):
            name = ENVIRONMENT_PREFIX + str(error["loc"][0]).upper() if error["loc"] else "settings"
            message = "is not set" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
            problems.append(f"{name} {message}")
        raise SettingsInvalid("settings-invalid", "; ".join(problems)) from None


def describe_settings() -> list[tuple[str, str, str]]:
    """Return (variable, default, meaning) for each setting, in order."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "(required)" if field.is_required() else str(field.default if field.default != () else "")
        rows.append((ENVIRONMENT_PREFIX + name.upper(), default, field.description or ""))
    return rows


def child_environment(values: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment for a child, with these settings and none of our own (names without prefix)."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
    return inherited | {ENVIRONMENT_PREFIX + name: value for name, value in values.items()}
