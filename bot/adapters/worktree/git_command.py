"""Read a local git repository with the git command: nothing is written, no program and no network is used."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.adapters.worktree.git_directory import GitDirectory
from bot.core.change.trees import ChangedFile, FileStatus, Kind, TreeEntry
from bot.core.forge.errors import UserError
from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.adapters.worktree.git_directory import GitLocation

SECONDS = 60
"""How long one git command may take."""

MAX_OUTPUT = 64 * 1024 * 1024
"""Bytes of one command's output that are read; a listing beyond it is refused."""

_STATUS = {
    "A": FileStatus.ADDED,
    "C": FileStatus.ADDED,
    "D": FileStatus.REMOVED,
    "R": FileStatus.RENAMED,
}
_MODES = {"120000": Kind.SYMLINK, "160000": Kind.SUBMODULE, "040000": Kind.FOLDER}


_NO_PROGRAMS = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty")

_OPTIONS = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.quotePath=false"),
    *("-c", "log.showSignature=false"),
)
"""Settings that override the user's own configuration, so that reading starts no program."""


class GitCopy:
    """A local repository, read through a private git directory: nothing of its configuration starts a program."""

    def __init__(self, folder: Path, location: GitLocation) -> None:
        self.folder = folder
        self.directory = GitDirectory(location)
        # Starting git costs more than most of its answers: what is asked again is remembered.
        self._trees: dict[str, dict[str, TreeEntry]] = {}
        self._commits: dict[str, str] = {}
        self._merge_bases: dict[tuple[str, str], str | None] = {}
        self._names: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def run(self, *arguments: str, feed: bytes | None = None) -> bytes:
        """Output of a git command. Raises `UserError` when git fails, is missing or times out."""
        process = self._run(arguments, feed)
        if process.returncode != 0:
            message = process.stderr.decode("utf-8", "replace").strip().splitlines()
            reason = plain_line(message[-1]) if message else "no reason given"
            if self.directory.is_partial:
                reason += " (this is a partial clone, and no object is fetched: make a full clone)"
            raise UserError(f"git {arguments[0]} failed in {plain_line(str(self.folder))}: {reason}")
        return process.stdout

    def answers(self, *arguments: str) -> str | None:
        """Stripped output of a git command; None when git exits with an error, such as for an unknown branch."""
        process = self._run(arguments, None)
        return process.stdout.decode("utf-8", "replace").strip() if process.returncode == 0 else None

    def _run(self, arguments: Sequence[str], feed: bytes | None) -> subprocess.CompletedProcess[bytes]:
        environment = self.directory.environment(self.folder)
        try:
            process = subprocess.run(
                ["git", *_OPTIONS, *arguments],
                cwd=self.folder,
                input=feed,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                env=environment,
            )
        except FileNotFoundError:
            raise UserError("git is not installed: install it, or leave out --base to judge a plain folder.") from None
        except subprocess.TimeoutExpired:
            raise UserError(f"git {arguments[0]} took longer than {SECONDS} seconds in {self.folder}.") from None
        if len(process.stdout) > MAX_OUTPUT:
            raise UserError(f"git {arguments[0]} prints more than {MAX_OUTPUT} bytes in {self.folder}.")
        return process

    def commit(self, name: str) -> str:
        """Resolve a branch, tag or sha to a commit id. Raises `UserError` when there is no such commit."""
        if name in self._commits:
            return self._commits[name]
        # --end-of-options: a name that starts with a dash is a name, not an option.
        sha = self.answers("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if sha is None:
            raise UserError(
                f"There is no commit `{plain_line(name)}` in {plain_line(str(self.folder))}: "
                "fetch it first (`git fetch origin`), or name another one."
            )
        self._commits[name] = sha
        return sha

    def merge_base(self, first: str, second: str) -> str | None:
        """The merge base of two commits; None when they share no history."""
        commits = (first, second)
        if commits not in self._merge_bases:
            self._merge_bases[commits] = self.answers("merge-base", first, second) or None
        return self._merge_bases[commits]

    def folder_history(self, commit: str, folder: str) -> str | None:
        """ISO date (UTC) on which the first-parent history of a commit got a folder; None when it never had the folder.

        Only first parents count, because a merged folder arrives with its merge commit.
        """
        where = f":(literal){folder}"
        times = (self.answers("log", "--first-parent", "--format=%ct", commit, "--", where) or "").split()
        return datetime.fromtimestamp(int(times[-1]), UTC).date().isoformat() if times else None

    def branch(self) -> str | None:
        """Name of the checked out branch; None for a detached head."""
        return self.directory.branch() or self.answers("symbolic-ref", "--quiet", "--short", "HEAD") or None

    def names(self) -> tuple[str, ...]:
        """The paths of the working copy that git does not ignore."""
        tracked, untracked = self._listed()
        return tracked + untracked

    def _listed(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Tracked and untracked paths. A tag stands before each: `?` for an untracked one."""
        if self._names is None:
            lines = _names(self.run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"))
            self._names = (
                tuple(line[2:] for line in lines if line[0] != "?"),
                tuple(line[2:] for line in lines if line[0] == "?"),
            )
        return self._names

    def changed(self, base: str, head: str | None) -> tuple[ChangedFile, ...]:
        """Files changed from `base` to `head`. A `head` of None means the working copy with its untracked files."""
        spec = [base] if head is None else [base, head]
        raw = self.run("diff", "--name-status", "-z", "--find-renames", *_NO_PROGRAMS, *spec, "--")
        changed = list(_parse_name_status(raw))
        if head is None:
            changed += [ChangedFile(path, FileStatus.ADDED) for path in self._listed()[1]]
        return tuple(changed)

    def entries(self, commit: str) -> dict[str, TreeEntry]:
        """Every entry of a commit by path."""
        if commit in self._trees:
            return self._trees[commit]
        raw = self.run("ls-tree", "-r", "-t", "-z", "-l", "--full-tree", commit, "--")
        entries: dict[str, TreeEntry] = {}
        for line in raw.split(b"\0"):
            if not line:
                continue
            facts, _, name = line.partition(b"\t")
            mode, _kind, _sha, size = facts.decode("ascii").split()
            path = name.decode("utf-8", "replace")
            entries[path] = TreeEntry(path, _MODES.get(mode, Kind.FILE), int(size) if size.isdigit() else None)
        self._trees[commit] = entries
        return entries

    def contents(self, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
        """Bytes of files in a commit, by path, read in one git process. Paths that are not files are left out."""
        plain_paths = [path for path in paths if "\n" not in path]
        feed = "".join(f"{commit}:{path}\n" for path in plain_paths).encode("utf-8", "replace")
        raw = self.run("cat-file", "--batch", feed=feed) if plain_paths else b""
        contents: dict[str, bytes] = {}
        position = 0
        for path in plain_paths:
            end = raw.index(b"\n", position)
            facts = raw[position:end].split(b" ")
            position = end + 1
            # "<sha> blob <size>" for an object; "<name> missing" (or "ambiguous") for none.
            if len(facts) < 3 or not facts[-1].isdigit():  # noqa: PLR2004  the three words of git's batch answer
                if self.directory.is_partial:
                    raise UserError(f"{plain_line(path)} is not in this partial clone: make a full clone.")
                continue
            size = int(facts[-1])
            if facts[-2] == b"blob":
                contents[path] = raw[position : position + size]
            position += size + 1
        return contents


def _names(raw: bytes) -> list[str]:
    return [name.decode("utf-8", "replace") for name in raw.split(b"\0") if name]


def _parse_name_status(raw: bytes) -> list[ChangedFile]:
    """Parse `git diff --name-status -z`: a status, then one path, or two paths for a rename or a copy."""
    words = iter(_names(raw))
    changed = []
    for word in words:
        letter = word[0]
        if letter in "RC":
            previous, path = next(words), next(words)
            changed.append(ChangedFile(path, _STATUS[letter], previous if letter == "R" else None))
        else:
            changed.append(ChangedFile(next(words), _STATUS.get(letter, FileStatus.MODIFIED)))
    return changed
