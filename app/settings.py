"""Everything that can be set: read once at start from ``SKILLET_...`` variables, frozen, wrong values refused
aloud.
"""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ByteSize, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "SKILLET_"
FOR_TESTS = ("SKILLET_TEST_", "SKILLET_SHARED_DATA", "SKILLET_BENCH_")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOST_NAME = re.compile(
    r"^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$|^[0-9a-f:]+$"
)


class SettingsRefused(Exception):
    """Settings that cannot be used: one sentence for each wrong value."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class Settings(BaseSettings):
    """How this server runs. Each field is the variable ``SKILLET_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    data: Path = Field(
        default=Path("data"), description="The folder that everything is kept in.", validate_default=True
    )
    database: str = Field(
        default_factory=lambda known: f"sqlite:///{known['data'] / 'skillet.db'}",
        description="Where rows are kept: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Names, comma-separated, that browsers may reach this server by (besides localhost).",
    )
    secure_cookies: bool = Field(default=False, description="Whether people come by https, through a proxy.")
    cores: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=4096, description="Cores that training may use."
    )
    memory_limit: ByteSize = Field(
        default=ByteSize(4 * 2**30), ge=256 * 2**20, description="Memory that one import may use."
    )
    upload_limit: ByteSize = Field(
        default=ByteSize(20 * 2**30), ge=2**20, description="The largest file that may be uploaded."
    )
    person_bytes: ByteSize = Field(
        default=ByteSize(100 * 2**30), ge=2**20, description="How much one person may bring, in all."
    )
    person_files: int = Field(
        default=10_000,
        ge=1,
        description="How many files one person may bring, in all; a folder counts as one.",
    )
    unfinished_hours: int = Field(
        default=168, ge=1, description="How long an upload that does not go on is kept."
    )
    raw_hours: int = Field(
        default=24, ge=0, description="How long files are kept after their import, to be read in another way."
    )
    url_import: bool = Field(
        default=False, description="Whether people may bring data from https addresses on the web."
    )
    trusted_hosts: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="HOST or HOST:PORT, comma-separated, that may be fetched from although private or without https.",
    )
    s3_bucket: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        description="The S3 bucket that people may bring files from; endpoint and credentials as AWS_... variables.",
    )
    sql_connection: str | None = Field(
        default=None,
        description="The database that people may query, sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
    )
    sql_rows: int = Field(default=10_000_000, ge=1, description="The most rows of one query.")
    hub: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#@]+$",
        description="The Hub that datasets may be brought from, such as https://huggingface.co.",
    )
    fetch_minutes: int = Field(default=60, ge=1, le=1440, description="How long one fetch may take.")
    free_space: ByteSize = Field(
        default=ByteSize(2 * 2**30), ge=0, description="Free space on the disk below which no upload starts."
    )
    lease_seconds: int = Field(
        default=30,
        ge=3,
        le=3600,
        description="How long a worker may be silent before its job is given to another.",
    )
    session_days: int = Field(default=30, ge=1, le=400, description="How long a sign-in lasts.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged."
    )

    @field_validator("data")
    @classmethod
    def _absolute(cls, data: Path) -> Path:
        data = data.expanduser().absolute()
        if data.exists() and not data.is_dir():
            raise ValueError("this is a file; name a folder")
        return data

    @field_validator("database")
    @classmethod
    def _known_database(cls, database: str) -> str:
        if not re.match(r"^sqlite:///[^/].*|^sqlite:////.+|^postgresql(\+psycopg)?://.+/.+", database):
            raise ValueError("expected sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
        return re.sub(r"^postgresql://", "postgresql+psycopg://", database)

    @field_validator("sql_connection")
    @classmethod
    def _known_connection(cls, connection: str | None) -> str | None:
        return None if connection is None else cls._known_database(connection)

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _split_trusted(cls, names: Any) -> Any:
        return (
            [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names
        )

    @field_validator("trusted_hosts")
    @classmethod
    def _hosts_with_ports(cls, names: list[str]) -> list[str]:
        for name in names:
            host, colon, port = name.rpartition(":")
            if not HOST_NAME.match((host if colon and port.isdigit() else name).lower()):
                raise ValueError(f"{name!r} is not HOST or HOST:PORT; write it without https://")
        return [name.lower() for name in names]

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, names: Any) -> Any:
        return (
            [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names
        )

    @field_validator("allowed_hosts")
    @classmethod
    def _names_of_hosts(cls, names: list[str]) -> list[str]:
        for name in names:
            if not HOST_NAME.match(name.lower()):
                raise ValueError(f"{name!r} is not a host name; write it without http:// and without a port")
        return [name.lower() for name in names]

    @field_validator("host")
    @classmethod
    def _address(cls, host: str) -> str:
        if not HOST_NAME.match(host.lower()):
            raise ValueError("expected an address to listen on, such as 127.0.0.1 or 0.0.0.0")
        return host.lower()

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, level: Any) -> Any:
        return level.lower() if isinstance(level, str) else level

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK


def read_settings(**changes: Any) -> Settings:
    """Settings from the environment, with ``changes`` above it; raises SettingsRefused with a sentence a
    value.
    """
    try:
        return Settings(**{name: value for name, value in changes.items() if value is not None})
    except ValidationError as error:
        wrong = [found for found in error.errors() if found["type"] != "default_factory_not_called"]
        raise SettingsRefused([_sentence(found) for found in wrong]) from None


def list_unknown(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each ``SKILLET_...`` variable that sets nothing: most often a typing mistake."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    sentences = []
    for name in sorted(environment):
        if not name.upper().startswith(PREFIX) or name.upper() in known or name.startswith(FOR_TESTS):
            continue
        near = difflib.get_close_matches(name.upper(), known, n=1)
        sentences.append(
            f"{name} is not a setting and changes nothing." + (f" Did you mean {near[0]}?" if near else "")
        )
    return sentences


def _sentence(found: Any) -> str:
    """One line: which setting, what was found, what is expected."""
    name = str(found["loc"][0])
    field = Settings.model_fields.get(name)
    what = found["msg"].removeprefix("Value error, ")
    if found["type"].startswith("byte_size"):
        what = "expected a size in bytes, such as 500 MB or 20 GB"
    shown = re.sub(
        r"://[^@/]*@", "://…@", repr(found["input"])
    )  # a password in an address stays out of terminals
    shown = shown if len(shown) <= 80 else shown[:79] + "…"
    about = f" {field.description}" if field is not None else ""
    return f"{PREFIX}{name.upper()} = {shown} cannot be used: {what[:1].lower() + what[1:]}.{about}"
