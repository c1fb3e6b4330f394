"""The App's credentials in a folder of the server's: `setup` writes them there, whole or not at all.

    PLANGATE_DIRECTORY/app/app.json           id, slug, the App's page, this server's address
    PLANGATE_DIRECTORY/app/private-key.pem
    PLANGATE_DIRECTORY/app/webhook-secret

Folder and files are their owner's alone. Whatever the settings name themselves comes before what is here. Until all is
written it is in a locked folder beside; what a killed process left of such a one is removed at the next start.
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

from bot.core.forge.errors import StorageError, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.hosting.registration import Registered

_FOLDER = "app"
_ABOUT, _KEY, _SECRET = "app.json", "private-key.pem", "webhook-secret"
_DRAFT = ".app-"
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR})
_PROBE = b"\0" * 32_768
"""As much as ever has to be kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is in the folder. The key itself is left in its file."""

    app_id: int
    slug: str
    page: str
    address: str
    key_file: Path
    webhook_secret: str | None = field(repr=False)


class AlreadyRegistered(Exception):  # noqa: N818  it says what is the case
    """There are credentials; nothing was changed."""


def folder(directory: Path) -> Path:
    """Where they are, or would be."""
    return directory / _FOLDER


def is_there(directory: Path) -> bool:
    """Whether an App was registered. Its folder appears in one step, so then all of it is there."""
    return folder(directory).exists()


def read(directory: Path) -> Kept | None:
    """The credentials; None where there are none. Raises `UserError` when they cannot be read."""
    if not is_there(directory):
        return None
    place = folder(directory)
    try:
        about = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
        secret = (place / _SECRET).read_text(encoding="utf-8").strip() if (place / _SECRET).exists() else ""
        slug, page, address = (str(about[name]) for name in ("slug", "page", "address"))
        return Kept(int(about["id"]), slug, page, address, place / _KEY, secret or None)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{place} holds the App's credentials and cannot be read: {type(error).__name__}. See that it belongs to"
            " the user who runs Plangate, or restore it from a backup."
        ) from None


def refuse_unwritable(directory: Path) -> None:
    """See, before GitHub is asked for an App, that its credentials could be kept. Raises `StorageError`."""
    try:
        with _draft(directory) as draft:
            _write(draft / "probe", _PROBE)
    except OSError as error:
        raise _refused(directory, error) from error


def keep(directory: Path, registered: Registered) -> None:
    """Write the credentials, all or none. Raises `AlreadyRegistered`, and `StorageError` when the disk says no.

    They are written aside, forced to the disk, and take their place by one renaming, which the kernel refuses where
    another process was first: https://man7.org/linux/man-pages/man2/rename.2.html
    """
    about = {
        "id": registered.app_id,
        "slug": registered.slug,
        "page": registered.page,
        "address": registered.address,
    }
    texts = {_ABOUT: json.dumps(about, indent=2) + "\n", _KEY: registered.private_key}
    if registered.webhook_secret is not None:
        texts[_SECRET] = registered.webhook_secret
    try:
        with _draft(directory) as draft:
            for name, text in texts.items():
                _write(draft / name, text.encode())
            _sync(draft)
            draft.rename(folder(directory))
        _sync(directory)
    except OSError as error:
        if error.errno in _TAKEN and is_there(directory):
            raise AlreadyRegistered(str(folder(directory))) from None
        raise _refused(directory, error) from error


def sweep(directory: Path) -> None:
    """Remove what a process left behind that was killed as it wrote: nobody knows whether it is whole."""
    for left in directory.glob(f"{_DRAFT}*"):
        with suppress(OSError):  # somebody is writing there, or it is another user's
            lock = _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


@contextmanager
def _draft(directory: Path) -> Iterator[Path]:
    """A new folder that is removed in the end if it is still there, and by nobody else before. Raises `OSError`."""
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
        with suppress(FileNotFoundError):  # it was swept away before it was locked
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
    said = error.strerror or type(error).__name__
    return StorageError(f"{directory} does not take the App's credentials: {said}. Free some space, or let us write.")
