"""A private git directory: git reads a repository's objects, refs and index with none of its configuration.

A repository's configuration can make git start programs: filters, hooks, file system monitors, signature checks, lazy
fetches (https://git-scm.com/docs/git-config). Git has no option to ignore that file, so every command runs with a
temporary `GIT_DIR`. It borrows objects and refs from the repository, and its own configuration holds a short list of
values that start nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.core.forge.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_POINTER: Final = 4096
"""Bytes of a file that names a folder or a branch: `.git`, `commondir`, `HEAD`."""
_MAX_PATTERNS: Final = 1_000_000
"""Bytes of `info/exclude` and `info/sparse-checkout`."""
_SECONDS: Final = 60
_HARMLESS: Final = frozenset(
    {
        "core.autocrlf",
        "core.checkstat",
        "core.eol",
        "core.filemode",
        "core.ignorecase",
        "core.precomposeunicode",
        "core.sparsecheckout",
        "core.sparsecheckoutcone",
        "core.symlinks",
        "core.trustctime",
        "extensions.objectformat",
        "extensions.refstorage",
        "index.sparse",
    }
)
"""Values of a repository's configuration that decide how its files are compared and start no program."""
_WORD: Final = re.compile(r"[A-Za-z0-9]{1,20}")
_LENT: Final = ("packed-refs", "refs", "logs", "reftable", "shallow")
"""Parts of the common directory that are borrowed."""
_IN_REFTABLE: Final = ".invalid"
"""The branch that HEAD names where references are in a reftable: https://git-scm.com/docs/reftable"""
_OWN_HEADS: Final = ("FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD")
_INHERITED: Final = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"})
"""Variables of the user's own git set-up. Any other one could point at a repository or at a program."""


@dataclass(frozen=True, slots=True)
class GitLocation:
    """Where a repository keeps its git files. Both paths are equal except in a linked worktree."""

    own: Path
    """Holds HEAD and the index."""
    common: Path
    """Holds objects, refs and the configuration."""


def locate(folder: Path) -> GitLocation | None:
    """The git files of a working copy whose root is `folder`; None when `folder` is not the root of one."""
    marker = folder / ".git"
    try:
        is_file = stat.S_ISREG(marker.stat().st_mode)
    except OSError:
        return None
    if is_file:
        kind, _, target = _pointer(marker).partition(": ")
        if kind != "gitdir" or not target:
            return None
        marker = folder / target
    return locate_bare(marker)


def locate_bare(folder: Path) -> GitLocation | None:
    """The git files of a repository without a working copy; None when `folder` holds none."""
    target = _pointer(folder / "commondir")
    common = folder / target if target else folder
    whole = (folder / "HEAD").exists() and (common / "objects").is_dir() and (common / "refs").is_dir()
    return GitLocation(folder.resolve(), common.resolve()) if whole else None


def top_of(folder: Path) -> Path | None:
    """The root of the working copy that contains `folder`; None when there is none."""
    return next((parent for parent in (folder, *folder.parents) if locate(parent) is not None), None)


def _pointer(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_POINTER).decode("utf-8", "surrogateescape").rstrip("\r\n")
    except OSError:
        return ""


class GitDirectory:
    """A temporary git directory that borrows from a repository; removed with the object."""

    def __init__(self, location: GitLocation) -> None:
        """Create the directory. Raises `UserError` when that fails."""
        self.location = location
        try:
            import tempfile  # noqa: PLC0415  most copies need no such folder, and the module takes 4 ms

            self.path = Path(tempfile.mkdtemp(prefix="plangate-git-"))
            weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
            self._borrow()
            self._write_config({})
            self._write_config(self.settings)
        except OSError as error:
            raise UserError(f"A temporary folder cannot be prepared: {error.strerror}.") from error

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """The repository's configuration by lower-case key (`remote.origin.url`), without included files."""
        settings: dict[str, str] = {}
        for file in (self.location.common / "config", self.location.own / "config.worktree"):
            if file.is_file():
                listing = self._git("config", "--file", str(file), "--no-includes", "--null", "--list")
                for line in listing.decode("utf-8", "replace").split("\0"):
                    name, _, value = line.partition("\n")
                    settings[name] = value
        return settings

    @property
    def is_partial(self) -> bool:
        """The repository lacks objects that git would fetch when needed."""
        return "extensions.partialclone" in self.settings or any(
            name.startswith("remote.") and name.endswith((".promisor", ".partialclonefilter")) for name in self.settings
        )

    def branch(self) -> str | None:
        """The branch that HEAD names; None for a detached head, and where HEAD does not say (reftable)."""
        name = _pointer(self.path / "HEAD").partition("\n")[0]
        kind, _, branch = name.partition("ref: refs/heads/")
        return branch if not kind and branch and branch != _IN_REFTABLE else None

    def environment(self, root: Path | None = None) -> dict[str, str]:
        """The environment of a git command, with `root` as its working copy."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        git_variables = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        tree = {} if root is None else {"GIT_WORK_TREE": str(root), "GIT_INDEX_FILE": str(self.location.own / "index")}
        return {
            **inherited,
            **git_variables,
            **tree,
            "GIT_DIR": str(self.path),
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        }

    def _borrow(self) -> None:
        own, common = self.location.own, self.location.common
        (self.path / "objects" / "info").mkdir(parents=True)
        (self.path / "info").mkdir()
        quoted = str(common / "objects").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        (self.path / "objects" / "info" / "alternates").write_bytes(os.fsencode(f'"{quoted}"\n'))
        (self.path / "HEAD").write_bytes(os.fsencode(f"{_head(own)}\n"))
        shared = [file.name for file in own.glob("sharedindex.*")]
        for folder, names in ((common, _LENT), (own, (*_OWN_HEADS, *shared))):
            for name in names:
                if (folder / name).exists():
                    _lend(folder / name, self.path / name)
        _copy_patterns(common / "info" / "exclude", self.path / "info" / "exclude")
        _copy_patterns(own / "info" / "sparse-checkout", self.path / "info" / "sparse-checkout")

    def _write_config(self, settings: Mapping[str, str]) -> None:
        lines = ["[core]", "repositoryformatversion = 1", "bare = false"]
        for name, value in sorted(settings.items()):
            if name in _HARMLESS and _WORD.fullmatch(value):
                section, _, key = name.partition(".")
                lines += [f"[{section}]", f"{key} = {value}"]
        (self.path / "config").write_text("\n".join((*lines, "")), encoding="ascii")

    def _git(self, *arguments: str) -> bytes:
        try:
            process = subprocess.run(
                ["git", *arguments],
                cwd=self.path,
                env=self.environment(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise UserError("git is not installed: install it, or leave out --base to judge a plain folder.") from None
        except subprocess.TimeoutExpired:
            raise UserError(f"git {arguments[0]} took longer than {_SECONDS} seconds.") from None
        return process.stdout if process.returncode == 0 else b""


def _head(own: Path) -> str:
    """The content of HEAD, which old repositories keep as a symbolic link to a ref."""
    head = own / "HEAD"
    return f"ref: {head.readlink()}" if head.is_symlink() else _pointer(head).partition("\n")[0]


def _lend(source: Path, target: Path) -> None:
    """Link to a file or folder; copy it where a link needs a privilege, as on Windows."""
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def _copy_patterns(source: Path, target: Path) -> None:
    if source.is_file():
        with source.open("rb") as file:
            target.write_bytes(file.read(_MAX_PATTERNS))
