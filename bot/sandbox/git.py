"""Real bare git repositories: objects through one `cat-file --batch` each, changes through git's own plumbing."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

ZERO = "0" * 40
_CACHED_BYTES = 64 * 1024 * 1024
ENVIRONMENT = {
    # The machine's own git configuration must not change what a test sees.
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "TZ": "UTC",
}


class GitError(Exception):
    """git failed. The message is git's own."""


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object as git stores it."""

    oid: str
    kind: str
    """`blob`, `tree`, `commit` or `tag`."""
    content: bytes


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a tree."""

    mode: str
    """Six octal digits: `100644`, `100755`, `120000`, `040000` or `160000`."""
    name: str
    oid: str

    @property
    def kind(self) -> str:
        """`tree`, `commit` (a submodule) or `blob`."""
        return {"040000": "tree", "160000": "commit"}.get(self.mode, "blob")


@dataclass(frozen=True, slots=True)
class Signature:
    """The author or committer of a commit, and the time."""

    name: str
    email: str
    when: int
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, parsed."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a diff."""

    path: str
    previous: str | None
    status: str
    """GitHub's words: added, removed, modified, renamed, copied, changed."""
    oid: str
    additions: int
    deletions: int
    patch: str | None
    """None for binary files."""


def run(path: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
    """Run git in a bare repository. Raises `GitError` when it fails."""
    process = subprocess.run(
        ["git", *arguments],
        cwd=path,
        input=stdin,
        env={**ENVIRONMENT, **(env or {})},
        capture_output=True,
        check=False,
    )
    if process.returncode:
        raise GitError(process.stderr.decode("utf-8", "replace").strip() or f"git {arguments[0]} failed")
    return process.stdout


class Bare:
    """One bare repository on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._reader: subprocess.Popen[bytes] | None = None
        self._cache: OrderedDict[str, GitObject] = OrderedDict()
        self._cached = 0
        self._diffs: dict[tuple[str, str], tuple[FileChange, ...]] = {}
        self._merges: dict[tuple[str, str], str | None] = {}

    @classmethod
    def create(cls, path: Path, branch: str) -> Bare:
        """An empty repository whose default branch is `branch`. Written by hand: `git init` costs more than a test."""
        for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
            (path / folder).mkdir(parents=True)
        (path / "HEAD").write_text(f"ref: refs/heads/{branch}\n")
        (path / "config").write_text(
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tlogAllRefUpdates = false\n\tfsync = none\n"
            "[http]\n\treceivepack = true\n[receive]\n\thideRefs = refs/pull\n\tautogc = false\n"
            "[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true\n"
            "[gc]\n\tauto = 0\n[fastimport]\n\tunpackLimit = 0\n"
        )
        return cls(path)

    def close(self) -> None:
        """End the reading process."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.communicate(timeout=5)

    def git(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Run git here. Raises `GitError`."""
        return run(self.path, *arguments, stdin=stdin, env=env)

    def read(self, name: str) -> GitObject | None:
        """The object that a revision names (`<sha>`, `main:specs/x`), None when there is none."""
        cached = self._cache.get(name)
        if cached is not None:
            return cached
        if not name or "\n" in name or "\0" in name or name.startswith("-"):
            return None
        with self._lock:
            git_object = self._ask(name)
        if git_object is not None and name == git_object.oid:
            self._keep(git_object)
        return git_object

    def _ask(self, name: str) -> GitObject | None:
        if self._reader is None or self._reader.poll() is not None:
            self._reader = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self.path,
                env=ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        pipe_in, pipe_out = self._reader.stdin, self._reader.stdout
        assert pipe_in is not None  # noqa: S101 -- narrows for the type checker
        assert pipe_out is not None  # noqa: S101 -- narrows for the type checker
        pipe_in.write(name.encode("utf-8", "surrogateescape") + b"\n")
        pipe_in.flush()
        header = pipe_out.readline().split()
        if len(header) != 3 or header[1] not in {b"blob", b"tree", b"commit", b"tag"}:  # noqa: PLR2004 -- id, type, size
            return None
        content = pipe_out.read(int(header[2]))
        pipe_out.read(1)
        return GitObject(header[0].decode(), header[1].decode(), content)

    def _keep(self, git_object: GitObject) -> None:
        self._cache[git_object.oid] = git_object
        self._cached += len(git_object.content)
        while self._cached > _CACHED_BYTES:
            self._cached -= len(self._cache.popitem(last=False)[1].content)

    def entries(self, oid: str) -> tuple[TreeEntry, ...]:
        """The lines of a tree, in git's order; empty when it is none."""
        git_object = self.read(oid)
        if git_object is None or git_object.kind != "tree":
            return ()
        lines, content = [], git_object.content
        start = 0
        while start < len(content):
            space = content.index(b" ", start)
            end = content.index(b"\0", space)
            mode = content[start:space].decode().rjust(6, "0")
            lines.append(
                TreeEntry(mode, content[space + 1 : end].decode("utf-8", "replace"), content[end + 1 : end + 21].hex())
            )
            start = end + 21
        return tuple(lines)

    def commit(self, name: str) -> Commit | None:
        """A commit by any revision that names one, tags looked through."""
        git_object = self.read(name)
        if git_object is not None and git_object.kind == "tag":
            git_object = self.read(git_object.oid + "^{commit}")
        return parse_commit(git_object) if git_object is not None and git_object.kind == "commit" else None

    def has_commit(self, sha: str) -> bool:
        """Whether a full commit id is here."""
        return len(sha) == 40 and (git_object := self.read(sha)) is not None and git_object.kind == "commit"  # noqa: PLR2004 -- SHA-1

    def refs(self) -> dict[str, str]:
        """Every ref as it is on disk."""
        listing = self.git("for-each-ref", "--format=%(objectname) %(refname)").decode("utf-8", "surrogateescape")
        return {name: oid for oid, name in (line.split(" ", 1) for line in listing.splitlines())}

    def set_refs(self, changes: Mapping[str, str | None]) -> None:
        """Point refs at objects, or remove them (None), all or none."""
        lines = [f"delete {ref}" if oid is None else f"update {ref} {oid}" for ref, oid in changes.items()]
        self.git("update-ref", "--stdin", stdin="\n".join(lines).encode() + b"\n")

    def merge_base(self, first: str, second: str) -> str | None:
        """The best common ancestor."""
        try:
            return self.git("merge-base", first, second).decode().split()[0]
        except GitError:
            return None

    def log(self, *revisions: str, limit: int = 10_000, path: str | None = None) -> list[Commit]:
        """Commits of a range, newest first."""
        where = ["--", path] if path else ["--"]
        shas = self.git("rev-list", "--date-order", f"--max-count={limit}", *revisions, *where).decode().split()
        return [commit for sha in shas if (commit := self.commit(sha)) is not None]

    def diff(self, old: str, new: str) -> tuple[FileChange, ...]:
        """The files that differ between two trees or commits, renames found, in GitHub's words."""
        key = (old, new)
        if key not in self._diffs:
            self._diffs[key] = self._diff(old, new)
        return self._diffs[key]

    def _diff(self, old: str, new: str) -> tuple[FileChange, ...]:
        common = ("diff-tree", "-r", "-M", "--no-color", "--no-commit-id")
        raw = self.git(*common, "--raw", "--numstat", "-z", "--abbrev=40", old, new)
        patches = iter(_split_patches(self.git(*common, "-p", "--no-ext-diff", "--full-index", old, new)))
        files = []
        for change in _parse_raw(raw):
            patch = next(patches)
            if change.status == "changed":  # a file that became a link, say: git prints a removal and an addition
                next(patches)
            files.append(replace(change, patch=patch))
        return tuple(files)

    def merge(self, base: str, head: str) -> str | None:
        """The tree of a merge, None for a conflict or without a common ancestor. Raises `GitError` before git 2.38."""
        key = (base, head)
        if key not in self._merges and self.merge_base(base, head) is None:
            self._merges[key] = None
        if key not in self._merges:
            process = subprocess.run(
                ["git", "merge-tree", "--write-tree", "--no-messages", base, head],
                cwd=self.path,
                env=ENVIRONMENT,
                capture_output=True,
                check=False,
            )
            if process.returncode not in {0, 1}:
                raise GitError(f"the sandbox needs git 2.38 or newer to merge: {process.stderr.decode().strip()}")
            self._merges[key] = process.stdout.decode().split()[0] if process.returncode == 0 else None
        return self._merges[key]

    def write(self, kind: str, content: bytes) -> str:
        """Store an object; returns its id. Raises `GitError` when git finds it malformed."""
        return self.git("hash-object", "-w", "--stdin", "-t", kind, stdin=content).decode().strip()

    def write_tree(self, entries: Sequence[TreeEntry], base: str | None = None) -> str:
        """A tree of entries whose names may be paths, on top of a base tree. An entry with oid ZERO is removed."""
        index = self.path / f"index.{threading.get_ident()}"
        env = {"GIT_INDEX_FILE": str(index)}
        try:
            if base is not None:
                self.git("read-tree", base, env=env)
            lines = "".join(f"{'0' if e.oid == ZERO else e.mode} {e.oid}\t{e.name}\0" for e in entries)
            self.git("update-index", "-z", "--add", "--replace", "--index-info", stdin=lines.encode(), env=env)
            return self.git("write-tree", env=env).decode().strip()
        finally:
            index.unlink(missing_ok=True)

    def write_commit(
        self, tree: str, parents: Iterable[str], message: str, author: Signature, committer: Signature | None = None
    ) -> str:
        """Store a commit; returns its id."""
        by = committer or author
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {_line(author)}", f"committer {_line(by)}", "", message]
        text = "\n".join(lines)
        return self.write("commit", (text if text.endswith("\n") else text + "\n").encode("utf-8", "surrogateescape"))

    def commit_files(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
        self,
        parent: str | None,
        files: Mapping[str, str | bytes | None],
        message: str,
        name: str,
        email: str,
        when: int,
    ) -> str:
        """A commit of files (None removes one) on top of another, in one process; returns its id. Moves no ref."""
        text = message.encode()
        person = f"{_line(Signature(name, email, when))}".encode()
        parts = [b"commit refs/sandbox/new\nmark :1\ncommitter " + person + b"\n", b"data %d\n%b\n" % (len(text), text)]
        parts += [b"from %b\n" % parent.encode()] if parent is not None else []
        for path, content in files.items():
            quoted = _quoted(path)
            if content is None:
                parts.append(b"D %b\n" % quoted)
                continue
            data = content.encode() if isinstance(content, str) else content
            parts.append(b"M 100644 inline %b\ndata %d\n%b\n" % (quoted, len(data), data))
        parts.append(b"reset refs/sandbox/new\nfrom :1\n\nget-mark :1\ndone\n")
        oid = self.git("fast-import", "--quiet", "--force", "--done", "--cat-blob-fd=1", stdin=b"".join(parts)).decode()
        (self.path / "refs/sandbox/new").unlink(missing_ok=True)
        return oid.strip()

    def fetch(self, source: Bare, sha: str, ref: str) -> None:
        """Fetch a commit of another repository and store it under a ref."""
        self.git("fetch", "--quiet", "--no-tags", str(source.path), f"+{sha}:{ref}")


def _line(signature: Signature) -> str:
    clean = str.maketrans("", "", "<>\n\0")
    return f"{signature.name.translate(clean) or 'nobody'} <{signature.email.translate(clean)}> {signature.when} +0000"


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode("utf-8", "surrogateescape")


def parse_commit(git_object: GitObject) -> Commit:
    """A commit object's text as values."""
    head, _, message = git_object.content.decode("utf-8", "replace").partition("\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        fields.setdefault(key, []).append(value)
    return Commit(
        oid=git_object.oid,
        tree=fields["tree"][0],
        parents=tuple(fields.get("parent", ())),
        author=_signature(fields["author"][0]),
        committer=_signature(fields["committer"][0]),
        message=message.rstrip("\n"),
    )


def _signature(line: str) -> Signature:
    person, _, stamp = line.rpartition("> ")
    name, _, email = person.rpartition(" <")
    return Signature(name, email, int(stamp.split(" ")[0]))


_WORDS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


def _parse_raw(raw: bytes) -> list[FileChange]:
    """`--raw --numstat -z`: first all raw records, then as many counts."""
    parts = raw.decode("utf-8", "replace").split("\0")
    changes: list[FileChange] = []
    index = 0
    while index < len(parts) and parts[index].startswith(":"):
        _, _, before, after, status = parts[index].split(" ")
        renamed = status[0] in "RC"
        path = parts[index + 2] if renamed else parts[index + 1]
        changes.append(
            FileChange(
                path=path,
                previous=parts[index + 1] if renamed else None,
                status=_WORDS[status[0]],
                oid=before if status[0] == "D" else after,
                additions=0,
                deletions=0,
                patch=None,
            )
        )
        index += 3 if renamed else 2
    counted = []
    for change in changes:
        added, deleted, path = parts[index].split("\t", 2)
        counted.append(replace(change, additions=_count(added), deletions=_count(deleted)))
        index += 1 if path else 3
    return counted


def _count(number: str) -> int:
    return 0 if number == "-" else int(number)  # a dash: binary


def _split_patches(diff: bytes) -> list[str | None]:
    """One hunk text per file, as GitHub gives it: from the first `@@`, None for binary files."""
    files = diff.decode("utf-8", "replace").split("\ndiff --git ")
    if not diff:
        return []
    patches: list[str | None] = []
    for file in files:
        hunk = file.find("\n@@ ")
        patches.append(file[hunk + 1 :].rstrip("\n") if hunk >= 0 else (None if "\nBinary files " in file else ""))
    return patches
