"""The App's credentials on this server's disk. `plangate setup` writes all of them or none.

    PLANGATE_DIRECTORY/app/app.json           id, slug, the App's page, this server's address
    PLANGATE_DIRECTORY/app/private-key.pem
    PLANGATE_DIRECTORY/app/webhook-secret
    PLANGATE_DIRECTORY/app/client-secret

Only their owner can read the folder and its files. With PLANGATE_SECRET_KEY the key and both secrets are
encrypted. The settings take precedence over the files. The files are written in a locked folder beside the final one;
when a process is killed while it writes, the next start removes that folder.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.encryption import SecretKey, is_encrypted, plain_text
from bot.core.forge.errors import StorageError, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.hosting.registration import Registered

_FOLDER = "app"
_ABOUT, KEY, _SECRET, CLIENT_SECRET = "app.json", "private-key.pem", "webhook-secret", "client-secret"
_DRAFT = ".app-"
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR})
_PROBE = b"\0" * 32_768
"""The most bytes that the credentials can have."""


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """The credentials in the folder. The private key and the client secret stay in their files."""

    app_id: int
    slug: str
    page: str
    address: str
    key_file: Path
    webhook_secret: str | None = field(repr=False)
    client_id: str | None = None
    client_secret_file: Path | None = None
    """None for an App that an older version registered."""


class AlreadyRegistered(Exception):  # noqa: N818  names the condition
    """The folder has credentials already; nothing was changed."""


def folder(directory: Path) -> Path:
    """Return the folder of the credentials."""
    return directory / _FOLDER


def is_there(directory: Path) -> bool:
    """Whether an App was registered. The folder appears in one step, so it is complete when it exists."""
    return folder(directory).exists()


def read(directory: Path, secret_key: SecretKey | None = None) -> AppCredentials | None:
    """Read the credentials; None when there are none. Raises `UserError` when they cannot be read or decrypted."""
    if not is_there(directory):
        return None
    place = folder(directory)
    try:
        about = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
        stored = place / _SECRET
        secret = plain_text(stored.read_bytes(), _SECRET, secret_key) if stored.exists() else ""
        slug, page, address = (str(about[name]) for name in ("slug", "page", "address"))
        client_id, client_file = about.get("client_id"), place / CLIENT_SECRET
        return AppCredentials(
            int(about["id"]),
            slug,
            page,
            address,
            place / KEY,
            secret.strip() or None,
            str(client_id) if client_id and client_file.exists() else None,
            client_file if client_id and client_file.exists() else None,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"The App's credentials in {place} cannot be read: {type(error).__name__}. Make sure that the folder"
            " belongs to the user who runs Plangate, or restore it from a backup."
        ) from None


def refuse_unwritable(directory: Path) -> None:
    """Check that the credentials can be written, before the App is registered. Raises `StorageError` if not."""
    try:
        with _draft(directory) as draft:
            _write(draft / "probe", _PROBE)
    except OSError as error:
        raise _refused(directory, error) from error


def keep(directory: Path, registered: Registered, secret_key: SecretKey | None = None) -> None:
    """Write all credentials or none. Raises `AlreadyRegistered`, and `StorageError` when the disk fails.

    With a secret key the private key and both secrets are encrypted.
    They are written to a draft folder and synced to the disk. One rename then puts the folder in its place; the rename
    fails when another process was first: https://man7.org/linux/man-pages/man2/rename.2.html
    """
    about = {
        "id": registered.app_id,
        "slug": registered.slug,
        "page": registered.page,
        "address": registered.address,
        **({"client_id": registered.client_id} if registered.client_id else {}),
    }
    texts = {_ABOUT: json.dumps(about, indent=2) + "\n", KEY: registered.private_key}
    if registered.webhook_secret is not None:
        texts[_SECRET] = registered.webhook_secret
    if registered.client_secret is not None:
        texts[CLIENT_SECRET] = registered.client_secret
    try:
        with _draft(directory) as draft:
            for name, text in texts.items():
                encrypts = secret_key if name != _ABOUT else None
                _write(draft / name, text.encode() if encrypts is None else encrypts.encrypt(text, name))
            _sync(draft)
            draft.rename(folder(directory))
        _sync(directory)
    except OSError as error:
        if error.errno in _TAKEN and is_there(directory):
            raise AlreadyRegistered(str(folder(directory))) from None
        raise _refused(directory, error) from error


def are_encrypted(directory: Path) -> bool:
    """Whether the stored key and secrets are encrypted. Raises `OSError`."""
    return all(is_encrypted(path.read_bytes()) for path in _secret_files(directory))


def encrypt(directory: Path, secret_key: SecretKey) -> bool:
    """Encrypt the stored files that are plain. Returns whether there were any. Raises `StorageError`."""
    try:
        plain = [path for path in _secret_files(directory) if not is_encrypted(path.read_bytes())]
        for path in plain:
            draft = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
            _write(draft, secret_key.encrypt(path.read_text(encoding="utf-8"), path.name))
            draft.replace(path)
        _sync(folder(directory))
    except OSError as error:
        raise _refused(directory, error) from error
    return bool(plain)


def _secret_files(directory: Path) -> list[Path]:
    return [path for name in (KEY, _SECRET, CLIENT_SECRET) if (path := folder(directory) / name).exists()]


def sweep(directory: Path) -> None:
    """Remove the draft folders of processes that were killed while they wrote."""
    for leftover in directory.glob(f"{_DRAFT}*"):
        with suppress(OSError):  # another process is writing there, or another user owns it
            lock = _locked(leftover, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(leftover, ignore_errors=True)
            os.close(lock)


@contextmanager
def _draft(directory: Path) -> Iterator[Path]:
    """Create a locked folder, and remove it at the end if it is still there. Raises `OSError`."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(directory)
    draft, lock = _new(directory)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        os.close(lock)


def _new(directory: Path) -> tuple[Path, int]:
    while True:
        draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=directory))
        with suppress(FileNotFoundError):  # another process removed it before it was locked
            lock = _locked(draft, fcntl.LOCK_EX)
            if draft.exists():
                return draft, lock
            os.close(lock)


def _locked(place: Path, how: int) -> int:
    lock = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, how)
    except OSError:
        os.close(lock)
        raise
    return lock


def _write(path: Path, content: bytes) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(opened, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refused(directory: Path, error: OSError) -> StorageError:
    reason = error.strerror or type(error).__name__
    return StorageError(
        f"Plangate cannot write the App's credentials to {directory}: {reason}. Free some space, or make it writable."
    )
