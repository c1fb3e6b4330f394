"""The server's settings. Only this module reads the environment; `config/server.env.example` explains each setting."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from bot.adapters import credentials
from bot.adapters.encryption import SecretKey, parse_key, plain_text
from bot.core.forge.errors import UserError
from bot.core.hosting.kinds import api_address
from bot.core.hosting.registration import own_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "PLANGATE_"
PAGES = ("off", "public", "login")
_LONGEST_HSTS = 63_072_000
"""Seconds: two years, which browsers ask for at most."""
LEVELS = ("debug", "info", "warning", "error")
FROM_FILES = ("WEBHOOK_SECRET", "WEBHOOK_SECRET_PREVIOUS", "DATABASE_URL", "METRICS_TOKEN")
"""Settings that a file can hold; a variable of the same name with `_FILE` behind it names the file."""
FILE_VARIABLES = tuple(f"{PREFIX}{name}_FILE" for name in FROM_FILES)
_GITHUB = "https://github.com"
_PORT = 8080
_SLUG_DEFAULT = "plangate"
_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,99})")
_DATABASE_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:@/]*)(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one host. Every field has the default of `config/server.env.example`."""

    app_id: int | None = None
    """None until the App is registered."""
    app_slug: str = _SLUG_DEFAULT
    """The App's name in its address; people mention the App by it."""
    private_key: str | None = None
    """PEM. Used by the worker only."""
    private_key_file: Path | None = None
    webhook_secrets: tuple[str, ...] = ()
    """The current secret first. Without a secret the webhook responds with 503."""
    secret_key: str | None = None
    """32 bytes in base64. Encrypts the credentials that `setup` stores; None leaves them in plain files."""
    secret_key_file: Path | None = None
    """The file of the secret key, outside of `directory`."""
    github_url: str = _GITHUB
    """GitHub's web address, without a trailing slash."""
    ca_file: Path | None = None
    """A company's certificate authorities in PEM form, in place of the system's."""
    api_url: str = "https://api.github.com"
    """The address of REST and GraphQL, without a trailing slash."""
    url: str | None = None
    """The public address of this server, without a trailing slash."""
    directory: Path = Path("var")
    """The folder of the embedded database and its locks: on a local disk, persistent between restarts."""
    database_url: str | None = None
    """The shared PostgreSQL database for several hosts: `postgresql://user:password@host/name`."""
    host: str = "127.0.0.1"
    port: int = _PORT
    web_threads: int = 16
    worker_threads: int = 16
    log_level: str = "info"
    pages: str = "off"
    """`public`: a verdict in a public repository has a page on this server. `login`: every verdict has one."""
    client_id: str | None = None
    """The App's client id, for the login of people."""
    client_secret: str | None = None
    client_secret_file: Path | None = None
    hsts_seconds: int = 0
    """For how long browsers must use https for this server; 0 tells them nothing."""
    feedback_url: str | None = None
    """Where a page sends reports of false alarms, such as the form for a new issue."""
    metrics_token: str | None = None
    """The bearer token for `/metrics`; without a token the page does not exist."""

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.directory / "plangate.db"

    @property
    def listening(self) -> str:
        """The address on which the web process listens."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def has_credentials(self) -> bool:
        """Whether any credential of an App is set."""
        return self.app_id is not None or bool(self.webhook_secrets or self.private_key or self.private_key_file)

    @property
    def is_first_start(self) -> bool:
        """Whether only the registration of an App can be served.

        Hosts that share a database share no disk, so credentials registered on one host are missing on the others:
        there the credentials must be in the settings.
        """
        return not self.has_credentials and self.database_url is None

    def pem(self) -> str:
        """The App's private key. Raises `UserError` when there is none or its file cannot be read."""
        if self.private_key is not None:
            return self.private_key
        if self.private_key_file is None:
            raise UserError(f"The App's private key is not set: set {PREFIX}PRIVATE_KEY_FILE or {PREFIX}PRIVATE_KEY.")
        try:
            return plain_text(self.private_key_file.read_bytes(), credentials.KEY, self.encryption_key())
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{PREFIX}PRIVATE_KEY_FILE names {str(self.private_key_file)!r}, which cannot be read:"
                f" {(error.strerror if isinstance(error, OSError) else None) or 'it is not a PEM file'}."
            ) from None

    def login_secret(self) -> str:
        """The App's client secret. Raises `UserError` when people could not log in."""
        if self.client_id is None or (self.client_secret is None and self.client_secret_file is None):
            raise UserError(
                f"{PREFIX}PAGES=login needs the App's client id and client secret: set {PREFIX}CLIENT_ID, and"
                f" {PREFIX}CLIENT_SECRET or {PREFIX}CLIENT_SECRET_FILE. GitHub shows them in the App's settings."
            )
        if self.client_secret is not None or self.client_secret_file is None:
            return self.client_secret or ""
        try:
            content = self.client_secret_file.read_bytes()
            return plain_text(content, credentials.CLIENT_SECRET, self.encryption_key()).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{PREFIX}CLIENT_SECRET_FILE names {str(self.client_secret_file)!r}, which cannot be read:"
                f" {(error.strerror if isinstance(error, OSError) else None) or 'it is not a text'}."
            ) from None

    def encryption_key(self) -> SecretKey | None:
        """The key of stored credentials; None when none is set. Raises `UserError`."""
        if self.secret_key is not None:
            return parse_key(self.secret_key, f"{PREFIX}SECRET_KEY")
        if self.secret_key_file is None:
            return None
        name = f"{PREFIX}SECRET_KEY_FILE"
        if self.secret_key_file.resolve().is_relative_to(self.directory.resolve()):
            raise UserError(f"{name} must be outside of {self.directory}, where the encrypted credentials are.")
        try:
            return parse_key(self.secret_key_file.read_text(encoding="ascii", errors="replace"), name)
        except OSError as error:
            raise UserError(
                f"{name} names {str(self.secret_key_file)!r}, which cannot be read: {error.strerror}."
            ) from None

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be logged."""
        address = urlsplit(self.database_url or "")
        passwords = (address.password, unquote(address.password or ""), *parse_qs(address.query).get("password", []))
        named = (
            *self.webhook_secrets,
            self.private_key,
            self.secret_key,
            self.client_secret,
            self.database_url,
            *passwords,
            self.metrics_token,
        )
        return tuple(dict.fromkeys(filter(None, named)))

    def environment(self) -> dict[str, str]:
        """The settings as environment variables for a child process: `read(settings.environment()) == settings`."""
        current, previous = (*self.webhook_secrets, "", "")[:2]
        values = {
            "APP_ID": "" if self.app_id is None else str(self.app_id),
            "APP_SLUG": self.app_slug,
            "PRIVATE_KEY": self.private_key or "",
            "PRIVATE_KEY_FILE": str(self.private_key_file or ""),
            "WEBHOOK_SECRET": current,
            "WEBHOOK_SECRET_PREVIOUS": previous,
            "SECRET_KEY": self.secret_key or "",
            "SECRET_KEY_FILE": str(self.secret_key_file or ""),
            "GITHUB_URL": self.github_url,
            "API_URL": self.api_url,
            "CA_FILE": str(self.ca_file or ""),
            "URL": self.url or "",
            "DIRECTORY": str(self.directory),
            "DATABASE_URL": self.database_url or "",
            "HOST": self.host,
            "PORT": str(self.port),
            "WEB_THREADS": str(self.web_threads),
            "WORKER_THREADS": str(self.worker_threads),
            "LOG_LEVEL": self.log_level,
            "PAGES": self.pages,
            "CLIENT_ID": self.client_id or "",
            "CLIENT_SECRET": self.client_secret or "",
            "CLIENT_SECRET_FILE": str(self.client_secret_file or ""),
            "HSTS_SECONDS": str(self.hsts_seconds),
            "FEEDBACK_URL": self.feedback_url or "",
            "METRICS_TOKEN": self.metrics_token or "",
        }
        return {PREFIX + name: value for name, value in values.items()}


def from_environment() -> Settings:
    """The settings of this process, with the credentials that `setup` stored. Raises `UserError`."""
    return with_registered(read(os.environ))


def with_registered(settings: Settings) -> Settings:
    """The settings, completed by the credentials that `setup` stored. Raises `UserError`.

    Stored credentials of another App than the one in the settings are ignored.
    """
    stored = credentials.read(settings.directory, settings.encryption_key())
    if stored is None or settings.app_id not in {None, stored.app_id}:
        return settings
    own_key = settings.private_key is not None or settings.private_key_file is not None
    own_login = settings.client_id is not None or settings.client_secret is not None
    own_login = own_login or settings.client_secret_file is not None
    stored_secrets = (stored.webhook_secret,) if stored.webhook_secret is not None else ()
    return replace(
        settings,
        app_id=stored.app_id,
        app_slug=settings.app_slug if settings.app_slug != _SLUG_DEFAULT else stored.slug,
        private_key_file=settings.private_key_file if own_key else stored.key_file,
        webhook_secrets=settings.webhook_secrets or stored_secrets,
        url=settings.url or stored.address,
        client_id=settings.client_id if own_login else stored.client_id,
        client_secret_file=settings.client_secret_file if own_login else stored.client_secret_file,
    )


def read(variables: Mapping[str, str]) -> Settings:
    """The settings in these variables; an empty variable counts as not set.

    Plain `PORT`, which platforms with a Procfile set, applies where `PLANGATE_PORT` is not set. Raises `UserError` for
    an invalid value, for an unknown variable with our prefix, and for a named file that cannot be read.
    """
    _refuse_unknown(variables)
    reader = _Variables({**variables, **_from_files(variables)})
    github_url = reader.url("GITHUB_URL", _GITHUB)
    key_file, secret_key_file = reader.text("PRIVATE_KEY_FILE"), reader.text("SECRET_KEY_FILE")
    ca_file, client_file = reader.text("CA_FILE"), reader.text("CLIENT_SECRET_FILE")
    return Settings(
        app_id=reader.number("APP_ID", None, 1, 2**63 - 1),
        app_slug=reader.choice("APP_SLUG", _SLUG_DEFAULT, _SLUG.fullmatch, "the last part of the App's address"),
        private_key=reader.pem("PRIVATE_KEY"),
        private_key_file=Path(key_file) if key_file else None,
        webhook_secrets=tuple(filter(None, (reader.text("WEBHOOK_SECRET"), reader.text("WEBHOOK_SECRET_PREVIOUS")))),
        secret_key=reader.text("SECRET_KEY"),
        secret_key_file=Path(secret_key_file) if secret_key_file else None,
        github_url=github_url,
        api_url=reader.url("API_URL", api_address(github_url)),
        ca_file=Path(ca_file) if ca_file else None,
        url=reader.own("URL"),
        directory=Path(reader.text("DIRECTORY") or "var"),
        database_url=reader.database("DATABASE_URL"),
        host=reader.host(),
        port=reader.port(),
        web_threads=reader.number("WEB_THREADS", 16, 1, 256) or 16,
        worker_threads=reader.number("WORKER_THREADS", 16, 1, 64) or 16,
        log_level=reader.choice("LOG_LEVEL", "info", LEVELS.__contains__, " or ".join(LEVELS)),
        pages=reader.choice("PAGES", "off", PAGES.__contains__, " or ".join(PAGES)),
        client_id=reader.text("CLIENT_ID"),
        client_secret=reader.text("CLIENT_SECRET"),
        client_secret_file=Path(client_file) if client_file else None,
        hsts_seconds=reader.number("HSTS_SECONDS", 0, 0, _LONGEST_HSTS) or 0,
        feedback_url=reader.url("FEEDBACK_URL", "") or None,
        metrics_token=reader.text("METRICS_TOKEN"),
    )


class _Variables:
    """The environment variables, with one parser for each kind of value."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str) -> str | None:
        return self._variables.get(PREFIX + name) or None

    def choice(self, name: str, default: str, fits: Callable[[str], object], expected: str) -> str:
        text = self.text(name)
        if text is None:
            return default
        if not fits(text):
            raise _wrong(PREFIX + name, text, expected)
        return text

    def number(self, name: str, default: int | None, least: int, most: int) -> int | None:
        text = self.text(name)
        return default if text is None else _number(PREFIX + name, text, least, most)

    def port(self) -> int:
        for name in (f"{PREFIX}PORT", "PORT"):
            if text := self._variables.get(name):
                return _number(name, text, 1, 65_535)
        return _PORT

    def host(self) -> str:
        text = self.text("HOST")
        if text is None or text == "localhost":
            return "127.0.0.1"
        try:
            ipaddress.ip_address(text)
            fits = "%" not in text
        except ValueError:
            fits = False
        if not fits:
            raise _wrong(f"{PREFIX}HOST", text, "an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all")
        return text

    def url(self, name: str, default: str) -> str:
        text = self.text(name)
        if text is None:
            return default
        try:
            parts = urlsplit(text)
            fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
        except ValueError:
            fits = False
        if not fits:
            raise _wrong(PREFIX + name, text, "an address such as https://github.example.com")
        return text.rstrip("/")

    def own(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return own_address(text)
        except UserError:
            raise _wrong(PREFIX + name, text, "an address such as https://plangate.example.com") from None

    def database(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            parts = urlsplit(text)
            userinfo, _, hosts = parts.netloc.rpartition("@")
            # After an unescaped special character, the rest of the password would be parsed as host or database name,
            # which errors show. Several hosts are allowed:
            # https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
            fits = "@" not in userinfo and all(map(_DATABASE_HOST.fullmatch, hosts.split(",")))
            # Without a database name, libpq would use the user's name.
            fits = fits and re.fullmatch("/[^/@]+", parts.path) is not None and not parts.fragment
            fits = fits and parts.scheme in {"postgres", "postgresql"}
        except ValueError:
            fits = False
        if not fits:
            # The address contains a password, so it is not shown.
            raise UserError(
                f"{PREFIX}{name} must be an address such as postgresql://user:password@host:5432/name; in a password"
                " write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25."
            )
        return text

    def pem(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        key = text.replace("\\n", "\n")  # many platforms store a variable on one line
        if "PRIVATE KEY-----" not in key:
            raise UserError(
                f"{PREFIX}{name} is not a private key in PEM format, which begins with -----BEGIN … PRIVATE KEY-----."
            )
        return key


def _number(name: str, text: str, least: int, most: int) -> int:
    # `isdecimal` alone would take other scripts' digits, `int` alone would take "1_000" and " 7 ".
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise _wrong(name, text, f"a whole number from {least} to {most}")
    return int(text)


def _wrong(name: str, text: str, expected: str) -> UserError:
    shown = text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004  enough to recognise it by
    return UserError(f"{name} is {shown!r}: it must be {expected}.")


def _from_files(variables: Mapping[str, str]) -> dict[str, str]:
    """The settings that stand in files, without the line end that an editor adds. Raises `UserError`."""
    texts: dict[str, str] = {}
    for name in (PREFIX + suffix for suffix in FROM_FILES):
        if not (path := variables.get(f"{name}_FILE")):
            continue
        if variables.get(name):
            raise UserError(f"{name} and {name}_FILE are both set: keep one of them.")
        try:
            texts[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{name}_FILE names {path!r}, which cannot be read:"
                f" {(error.strerror if isinstance(error, OSError) else None) or 'it is not text'}."
            ) from None
    return texts


def _refuse_unknown(variables: Mapping[str, str]) -> None:
    names = [*Settings().environment(), *FILE_VARIABLES]
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(names)}."
            raise UserError(f"{name} is not a setting: {hint}")
