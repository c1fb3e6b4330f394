"""Copy the history of a local repository without changing the original.

The original is read through a private git directory: none of its files is written, its configuration is not used, and
nothing is fetched. Everything that reads commits runs in the copy.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.adapters.worktree.git_directory import GitDirectory, GitLocation, locate, locate_bare, top_of
from bot.core.forge.errors import UserError
from bot.core.text.neutral import plain_line
from bot.demo.interrupts import own_folder
from bot.sandbox.git import Bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_BRANCHES = 2_000
"""Most branches that are copied, the newest first."""
MAX_PULLS = 5_000
"""Most pull request heads that are copied, the highest numbers first."""
ASK_SECONDS = 60
COPY_SECONDS = 1_800
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=0")
_PULL = re.compile(r"refs/(?:pull|remotes/[^/]{1,100}/(?:pr|pull))/([0-9]{1,9})(?:/head)?")
_REMOTE = re.compile(r"[^/:@]+(?:@[^/:]+)?:(?!//)(.+)|[a-z+]+://[^/]+/(.+)")


@dataclass(frozen=True, slots=True)
class Original:
    """The repository that is copied."""

    folder: Path
    directory: GitDirectory
    refs: Mapping[str, str]
    """Full name of each branch (local and remote) -> commit, the newest commit first."""
    pulls: Mapping[int, str]
    """Pull request heads that were fetched, by number -> full name of the ref."""
    default: str | None
    """Full name of the main branch; None when it is unknown."""
    name: str
    """`owner/name` of its remote `origin`, else `local/<folder>`."""
    size: int
    """Approximate size of its objects in bytes."""

    def commit(self, name: str) -> str | None:
        """The commit that a branch, tag or other revision names, None where there is none."""
        if not name or name.startswith("-") or "\0" in name:
            return None
        process = _ask(self.directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return process.stdout.decode("ascii", "replace").strip() if process.returncode == 0 else None


def open_original(folder: Path) -> Original:
    """Open a repository to rehearse on. Raises `UserError` for a folder that cannot be rehearsed on."""
    name = plain_line(str(folder))
    if not folder.is_dir():
        raise UserError(f"{name} is not a folder: name the folder of a git repository.")
    folder = folder.resolve()
    location = locate_bare(folder) or locate(top_of(folder) or folder)
    if location is None:
        raise UserError(f"{name} is not a git repository: name the folder of one.")
    directory = GitDirectory(location)
    form = directory.settings.get("extensions.objectformat", "sha1")
    if form != "sha1":
        raise UserError(f"{name} names its objects by {plain_line(form)}, which GitHub does not support.")
    if (location.common / "shallow").exists():
        raise UserError(f"{name} is a shallow clone: run `git fetch --unshallow` first.")
    if directory.is_partial:
        raise UserError(f"{name} is a partial clone: make a full clone with `git clone` and name that.")
    refs, pulls = _branches(directory, name)
    if not refs:
        raise UserError(f"{name} has no commit on any branch yet.")
    address = directory.settings.get("remote.origin.url", "")
    return Original(folder, directory, refs, pulls, _default(directory, refs), _name(folder, address), _size(location))


def _ask(directory: GitDirectory, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in the original. Raises `UserError`."""
    try:
        return subprocess.run(
            ["git", *_QUIET, *words],
            cwd=directory.path,
            capture_output=True,
            timeout=ASK_SECONDS,
            check=False,
            env=directory.environment(),
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise UserError("git is not installed: a rehearsal needs it.") from None
    except subprocess.TimeoutExpired:
        raise UserError(f"git {words[0]} took longer than {ASK_SECONDS} seconds.") from None


def _branches(directory: GitDirectory, shown_name: str) -> tuple[dict[str, str], dict[int, str]]:
    wish = "--format=%(objecttype) %(objectname) %(refname)"
    process = _ask(directory, "for-each-ref", "--sort=-committerdate", wish, "refs/heads", "refs/remotes", "refs/pull")
    if process.returncode:
        raise UserError(f"The branches of {shown_name} cannot be listed; `git fsck` tells what is broken.")
    refs: dict[str, str] = {}
    pulls: dict[int, str] = {}
    for line in process.stdout.decode("utf-8", "surrogateescape").splitlines():
        kind, sha, name = line.split(" ", 2)
        pull = _PULL.fullmatch(name)
        if kind != "commit" or name.endswith("/HEAD") or (pull is None and name.startswith("refs/pull/")):
            continue
        if pull is not None:
            pulls[int(pull[1])] = name
        elif len(refs) < MAX_BRANCHES:
            refs[name] = sha
    return refs, {number: pulls[number] for number in sorted(pulls, reverse=True)[:MAX_PULLS]}


def _default(directory: GitDirectory, refs: Mapping[str, str]) -> str | None:
    """The remote's head, else a branch named main or master, else the checked-out branch."""
    remote = _ask(directory, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").stdout.decode(
        "utf-8", "surrogateescape"
    )
    current = _ask(directory, "symbolic-ref", "--quiet", "HEAD").stdout.decode("utf-8", "surrogateescape")
    usual = [f"{place}/{name}" for name in ("main", "master") for place in ("refs/remotes/origin", "refs/heads")]
    return next((name for name in (remote.strip(), *usual, current.strip()) if name in refs), None)


def _name(folder: Path, address: str) -> str:
    match = _REMOTE.fullmatch(address[:1000].strip())
    path = (match[1] or match[2]).strip("/").removesuffix(".git") if match else ""
    owner, _, name = path.rpartition("/")
    name = name or (folder.parent if folder.name == ".git" else folder).name.removesuffix(".git")
    return f"{_plain(owner.rpartition('/')[2]) or 'local'}/{_plain(name) or 'repository'}"


def _plain(name: str) -> str:
    """A name that GitHub accepts for accounts and repositories."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)[:60].strip(".-")


def _size(location: GitLocation) -> int:
    """Bytes of the repository's packs and loose objects."""
    return sum(file.lstat().st_size for file in (location.common / "objects").glob("??*/*") if not file.is_dir())


@dataclass(frozen=True, slots=True)
class Landing:
    """A commit of the default branch, as seen along its first parents."""

    sha: str
    parents: tuple[str, ...]
    when: int
    """Seconds since the epoch."""
    subject: str
    body: str


class Mirror:
    """The copy: a bare repository in a temporary folder, which `close` removes."""

    def __init__(self) -> None:
        self._folder = own_folder("plangate-mirror-")
        self.git = Bare.create(Path(self._folder.name) / "copy.git", "main")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the copy."""
        self.git.close()
        self._folder.cleanup()

    @property
    def objects(self) -> Path:
        """The folder of its objects, for a repository that borrows them."""
        return self.git.path / "objects"

    def copy(self, original: Original, commits: Sequence[str]) -> None:
        """Copy the branches, the pull request heads and the commits in `more`. Raises `UserError`."""
        free = shutil.disk_usage(self._folder.name).free
        if original.size > free:
            raise UserError(
                f"The copy needs about {megabytes(original.size)}, and {tempfile.gettempdir()} has {megabytes(free)} "
                "free: set TMPDIR to a larger place."
            )
        refspecs = [f"+{name}:{name}" for name in (*original.refs, *original.pulls.values())]
        refspecs += [f"+{sha}:refs/rehearsal/{sha}" for sha in commits]
        flags = ("--quiet", "--no-tags", "--no-auto-maintenance", "--no-write-fetch-head", "--stdin")
        process = subprocess.Popen(
            ["git", *_QUIET, "-c", "protocol.version=2", "fetch", *flags, "--", str(original.directory.path)],
            cwd=self.git.path,
            env={**original.directory.environment(), "GIT_DIR": str(self.git.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        with _ended(process):
            try:
                _, stderr = process.communicate(_lines(refspecs), COPY_SECONDS)
            except subprocess.TimeoutExpired:
                raise UserError(f"Copying {original.folder} took longer than {COPY_SECONDS // 60} minutes.") from None
        if process.returncode:
            last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise UserError(f"{original.folder} cannot be copied; git says: {plain_line(''.join(last))}")

    def mainline(self, base: str, paths: Sequence[str], limit: int) -> list[Landing]:
        """Commits along the first parents of `base` that change these paths, newest first."""
        fields = "%H%x00%P%x00%ct%x00%s%x00%b"
        raw = self.git.git(
            "log", "-z", "--first-parent", f"--max-count={limit}", f"--format={fields}", base, "--", *paths
        )
        words = raw.decode("utf-8", "replace").removesuffix("\0").split("\0")
        return [
            Landing(sha, tuple(parents.split()), int(when or 0), subject, body)
            for sha, parents, when, subject, body in zip(*(iter(words),) * 5, strict=False)
        ]

    def landing(self, sha: str, base: str) -> Landing | None:
        """The first commit along the first parents of `base` that holds `sha`; None when `base` does not hold it."""
        chain = self.git.git("rev-list", "--first-parent", base).decode("ascii").split()
        low, high = 0, len(chain) - 1  # chain[low] holds it, as everything newer does
        if not chain or not self.holds(base, sha):
            return None
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.holds(chain[middle], sha) else (low, middle - 1)
        return next(iter(self.mainline(chain[low], (), 1)), None)

    def holds(self, commit: str, ancestor: str) -> bool:
        """Whether `other` is contained in `commit`."""
        return self.git.merge_base(commit, ancestor) == ancestor

    def merged(self, base: str) -> frozenset[str]:
        """The refs of the copy that are merged into `base`."""
        listing = self.git.git("for-each-ref", f"--merged={base}", "--format=%(refname)")
        return frozenset(listing.decode("utf-8", "surrogateescape").splitlines())

    def changed(self, base: str, head: str) -> tuple[str, ...] | None:
        """The paths that a pull request from `head` to `base` changes; None where they share no history."""
        start = self.git.merge_base(base, head)
        if start is None:
            return None
        raw = self.git.git("diff-tree", "-r", "-z", "--name-only", "--no-renames", start, head)
        return tuple(name.decode("utf-8", "replace") for name in raw.split(b"\0") if name)

    def times(self, base: str, head: str) -> tuple[int, int]:
        """When the head's own commits began and when the last was made, seconds since the epoch."""
        raw = self.git.git("log", "--max-count=1000", "--format=%ct", head, f"^{base}", "--").decode("ascii")
        stamps = [int(word) for word in raw.split() if word.isdigit()] or [0]
        return min(stamps), stamps[0]

    def folders(self, commit: str) -> Iterator[str]:
        """Every folder of a commit."""
        raw = self.git.git("ls-tree", "-r", "-d", "-z", "--name-only", "--full-tree", commit)
        return (name.decode("utf-8", "replace") for name in raw.split(b"\0") if name)

    def text(self, commit: str, path: str, limit: int) -> str | None:
        """A small text file of a commit; None where there is none."""
        listed = self.git.git("ls-tree", "-z", "-l", commit, "--", f":(top,literal){path}").decode("utf-8", "replace")
        facts = listed.partition("\t")[0].split()
        if len(facts) != 4 or facts[0] == "120000" or facts[1] != "blob" or int(facts[3]) > limit:  # noqa: PLR2004  mode, kind, sha, size
            return None
        return self.git.git("cat-file", "blob", facts[2]).decode("utf-8", "replace")


def _lines(wanted: Iterable[str]) -> bytes:
    return "".join(f"{refspec}\n" for refspec in wanted).encode("utf-8", "surrogateescape")


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the process if it still runs when the block ends."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def megabytes(size: int) -> str:
    """A size in megabytes, as text."""
    return f"{size / 1e6:,.0f} MB" if size >= 10 * 1e6 else f"{max(size / 1e6, 0.1):.1f} MB"
