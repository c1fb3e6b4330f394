"""Open and write files below a folder without following a symbolic link in any part of the path."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.core.forge.errors import UserError
from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_HAS_DIR_FD: Final = os.open in os.supports_dir_fd
"""False on Windows. There, each part of a path is looked at before it is used, which a racing process could defeat."""


def _flags(*names: str) -> int:
    """Flags of `os.open`, without those that this system does not have."""
    return sum(getattr(os, name, 0) for name in names)


_FOLDER: Final = _flags("O_RDONLY", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")
_NEW: Final = _flags("O_WRONLY", "O_CREAT", "O_EXCL", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")
_READ: Final = _flags("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
"""A pipe could take a file's place, and opening one without O_NONBLOCK waits for a writer."""
_MODE: Final = 0o666
"""Permissions of a new file before the user's umask."""


def read_file(root: Path, path: str, limit: int) -> tuple[bytes, int]:
    """At most `limit` bytes of a file below `root`, and its size. Raises `UserError` for a link in its path."""
    try:
        with _parent(root, path, create=False) as (folder, name):
            handle = os.open(name, _READ, dir_fd=folder)
        with os.fdopen(handle, "rb") as file:
            return file.read(limit), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise _refusal(path, "read", error) from error


def write_new(root: Path, path: str, text: str) -> bool:
    """Create a file below `root` with its folders. False when the path exists. Raises `UserError`."""
    try:
        with _parent(root, path, create=True) as (folder, name):
            try:
                _fill(os.open(name, _NEW, _MODE, dir_fd=folder), text)
            except FileExistsError:
                return False
    except OSError as error:
        raise _refusal(path, "written", error) from error
    return True


def write_over(root: Path, path: str, text: str) -> None:
    """Replace or create a file below `root` atomically. Raises `UserError` for a link in its path."""
    try:
        with _parent(root, path, create=True) as (folder, name):
            _refuse_link(folder, name)
            draft = str(Path(name).with_name(f".{Path(name).name}.{os.urandom(8).hex()}"))
            try:
                _fill(os.open(draft, _NEW, _MODE, dir_fd=folder), text)
                os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
            except OSError:
                with suppress(OSError):
                    os.unlink(draft, dir_fd=folder)
                raise
    except OSError as error:
        raise _refusal(path, "written", error) from error


@contextmanager
def _parent(root: Path, path: str, *, create: bool) -> Iterator[tuple[int | None, str]]:
    """An open handle of the folder that contains `path`, opened part by part, and the file's name.

    Without handles of folders: None and the file's whole path.
    """
    *parts, name = path.split("/")
    if name in {"", ".", ".."} or ".." in parts:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    if not _HAS_DIR_FD:
        yield None, _looked_at(root, parts, name, create=create)
        return
    folder = os.open(root, _flags("O_RDONLY", "O_DIRECTORY", "O_CLOEXEC"))
    try:
        for part in parts:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=folder)
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder, name
    finally:
        os.close(folder)


def _looked_at(root: Path, parts: list[str], name: str, *, create: bool) -> str:
    """The whole path, if none of its parts is a link. Raises `OSError` otherwise."""
    folder = root
    for part in parts:
        folder /= part
        if create:
            with suppress(FileExistsError):
                folder.mkdir()
        if _is_link(folder) or not folder.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if _is_link(folder / name):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return str(folder / name)


def _is_link(path: Path) -> bool:
    """Whether a symbolic link, or a junction of Windows, stands there."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISLNK(facts.st_mode) or bool(getattr(facts, "st_reparse_tag", 0))


def _refuse_link(folder: int | None, name: str) -> None:
    with suppress(FileNotFoundError):
        os.close(os.open(name, _READ, dir_fd=folder))


def _fill(handle: int, text: str) -> None:
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _refusal(path: str, action: str, error: OSError) -> UserError:
    shown = plain_line(path)
    if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.EMLINK}:
        return UserError(f"{shown} cannot be {action}: a part of its path is a symbolic link or not a folder.")
    return UserError(f"{shown} cannot be {action}: {error.strerror}.")
