"""Select the heads of a repository to rehearse, and the commit that each is compared with.

An open branch is compared with the default branch as it is. A head that was merged is compared with the default branch
as it was then: the first parent of the merge commit. Squashed pull requests are recognised by the `(#12)` that GitHub
adds to their titles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.change.trees import Document, Tree
from bot.core.config.in_force import PATHS, own_layer
from bot.core.config.layers import Rank, merge
from bot.core.features.folders import folder_at, root_of
from bot.core.forge.errors import UserError
from bot.core.text.globs import is_glob, matches, matches_any
from bot.core.text.neutral import plain_line
from bot.desk.check import host_layer, rule_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.config.model import RepositoryConfig
    from bot.demo.mirror import Landing, Mirror, Original

DEFAULT_HEADS, DEFAULT_HISTORY, MAX_HEADS = 20, 200, 500
MAX_LOOKED_AT = 1_000
"""Most branches, and most commits of the default branch, that are searched for heads."""
MAX_FILES = 5_000
"""Most files of one change; GitHub itself lists at most 3,000."""
_MAX_CONFIG = 256 * 1024
_TITLE = 120
_NEAR = 3
"""Levels of folders that are searched for specs outside the configured roots."""
_NUMBER = re.compile(r"\(#([0-9]{1,9})\)")
_MERGES = (
    re.compile(r"Merge pull request #(?P<number>[0-9]{1,9}) from [^/\s]{1,100}/(?P<name>\S{1,250})"),
    re.compile(r"Merged in (?P<name>\S{1,250}) \(pull request #(?P<number>[0-9]{1,9})\)"),
    re.compile(r"Merge (?:remote-tracking )?branch '(?P<name>[^']{1,250})'(?P<number>)"),
)


@dataclass(frozen=True, slots=True)
class Head:
    """A head that is rehearsed as a pull request."""

    name: str
    """The branch's name, or the short id of a commit that has none."""
    sha: str
    base: str
    """The commit that it is compared with."""
    title: str
    folders: tuple[str, ...] = ()
    """The feature folders that it touches."""
    number: int | None = None
    """The pull request's number, where one is known."""
    landed: str | None = None
    """The commit that merged it into the default branch; None while it is open."""
    began: int = 0
    """When its first own commit was made, seconds since the epoch."""
    ended: int = 0
    """When its last own commit was made, or when it was merged."""

    def called(self, name: str) -> bool:
        """Whether a person means this head."""
        return name in {self.name, self.sha, f"#{self.number}"} or (len(name) > 6 and self.sha.startswith(name))  # noqa: PLR2004  git's own short ids have seven digits


@dataclass(frozen=True, slots=True)
class HeadSelection:
    """The heads that a person requested."""

    base: str | None = None
    heads: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    history: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """The heads in the order of the rehearsal: merged ones first, then open ones, the oldest first."""

    base_name: str
    base: str
    heads: tuple[Head, ...]
    roots: tuple[str, ...]
    touching: int = 0
    """How many heads touch a specs root. The rehearsal may have fewer, or other ones that a person named."""
    history: bool = False


def copy_wanted(mirror: Mirror, original: Original, selection: HeadSelection) -> Programme:
    """Copy the selected heads and put them in order. Raises `UserError` when there is nothing to rehearse."""
    if selection.base is not None:
        base = _commit(original, selection.base)
        base_name = _branch_name(original, selection.base) or _short(original.default or "main")
    elif original.default is not None:
        base, base_name = original.refs[original.default], _short(original.default)
    else:
        raise UserError(f"{original.folder} has no main branch: name the base with --base REF.")
    named = {name: sha for name in (*selection.heads, *selection.shown) if (sha := original.commit(name)) is not None}
    mirror.copy(original, tuple(dict.fromkeys((base, *named.values()))))
    chooser = _Chooser(mirror, original, base, base_name, _config(mirror, base))
    return chooser.programme(selection, named)


def _commit(original: Original, name: str) -> str:
    sha = original.commit(name)
    if sha is None:
        raise UserError(f"There is no branch, tag or commit `{plain_line(name)}` in {original.folder}.")
    return sha


def _short(ref: str) -> str:
    """The short name of a branch: `refs/remotes/origin/main` is `main`."""
    if ref.startswith("refs/remotes/"):
        return ref.split("/", 3)[-1]
    return ref.removeprefix("refs/heads/")


def _branch_name(original: Original, name: str) -> str | None:
    """The short name of the branch that a person named; None when it is no branch."""
    ref = next((place + name for place in ("refs/heads/", "refs/remotes/", "") if place + name in original.refs), None)
    return _short(ref) if ref is not None else None


def _config(mirror: Mirror, base: str) -> RepositoryConfig:
    """The configuration at the base as far as it can be read; the verdicts report its mistakes."""
    texts = {path: mirror.text(base, path, _MAX_CONFIG) for path in PATHS}
    documents = {path: Document(path, text) for path, text in texts.items() if text is not None}
    own, _ = own_layer(Tree(base, documents=documents), rule_ids(), Rank.REPOSITORY)
    return merge((host_layer(),) if own.mistakes else (host_layer(), own)).config


@dataclass
class _Chooser:
    """Finds heads in the copy."""

    mirror: Mirror
    original: Original
    base: str
    base_name: str
    config: RepositoryConfig
    _landings: list[Landing] = field(init=False)

    def __post_init__(self) -> None:
        self._landings = self.mirror.mainline(self.base, [_pathspec(root) for root in self.config.specs], MAX_LOOKED_AT)

    def programme(self, selection: HeadSelection, named: Mapping[str, str]) -> Programme:
        limit = min(selection.limit or (DEFAULT_HISTORY if selection.history else DEFAULT_HEADS), MAX_HEADS)
        candidates = list(self._history() if selection.history else self._all())
        candidates.sort(key=lambda head: -head.ended)
        named_heads = [self._named(name, named.get(name), candidates) for name in (*selection.heads, *selection.shown)]
        chosen = named_heads if selection.heads else [*candidates[:limit], *named_heads]
        heads = tuple({head.sha: head for head in chosen}.values())
        if not heads:
            raise UserError(self._nothing(history=selection.history))
        total = 0 if selection.heads else len(candidates)
        order = {landing.sha: -index for index, landing in enumerate(self._landings)}
        merged = sorted((head for head in heads if head.landed), key=lambda head: order.get(head.landed or "", 0))
        still_open = sorted((head for head in heads if not head.landed), key=lambda head: (head.began, head.sha))
        return Programme(self.base_name, self.base, (*merged, *still_open), self.config.specs, total, selection.history)

    def _history(self) -> Iterator[Head]:
        """Every commit of the default branch that touched a specs root, as if it had been a pull request."""
        for landing in self._landings:
            if landing.parents:
                title = _title(landing)
                head = Head(landing.sha[:7], landing.sha, landing.parents[0], title, number=_number(landing))
                yield from self._whole(replace(head, landed=landing.sha, began=landing.when, ended=landing.when))

    def _all(self) -> Iterator[Head]:
        """Merged and open heads that touch a specs root."""
        yield from self._merged()
        yield from self._open()

    def _merged(self) -> Iterator[Head]:
        for landing in self._landings:
            if not landing.parents:
                continue
            name, number, title = _merge_name(landing), _number(landing), _title(landing)
            tips = [sha for sha in landing.parents[1:] if name != self.base_name]
            if not tips and len(landing.parents) == 1 and number is not None:
                ref = self.original.pulls.get(number)
                sha = self.mirror.git.refs().get(ref or "") or landing.sha
                tips, name = [sha], name or f"pull-{number}"
            for sha in tips:
                head = Head(name or sha[:7], sha, landing.parents[0], title, number=number, landed=landing.sha)
                yield from self._whole(replace(head, began=landing.when, ended=landing.when))

    def _open(self) -> Iterator[Head]:
        """Branches that are not merged. If a branch exists here and on a remote, the newer tip counts."""
        merged = self.mirror.merged(self.base)
        seen = {head.sha for head in self._merged()}
        names = {self.base_name}
        looked_at = 0
        for ref, sha in self.original.refs.items():
            name = _short(ref)
            if ref in merged or name in names or sha in seen:
                continue
            names.add(name)
            seen.add(sha)
            looked_at += 1
            if looked_at > MAX_LOOKED_AT:
                return
            yield from self._whole(self._branch(name, sha))

    def _branch(self, name: str, sha: str) -> Head:
        began, ended = self.mirror.times(self.base, sha)
        commit = self.mirror.git.commit(sha)
        title = (commit.message.splitlines() or [""])[0] if commit is not None else ""
        return Head(name, sha, self.base, plain_line(title)[:_TITLE] or name, began=began, ended=ended)

    def _whole(self, head: Head, *, requested: bool = False) -> Iterator[Head]:
        """The head with its feature folders, if it touches a specs root or was requested."""
        changed = self.mirror.changed(head.base, head.sha)
        if changed is None or len(changed) > MAX_FILES:
            if requested:
                why = "shares no history with" if changed is None else f"changes more than {MAX_FILES} files of"
                raise UserError(f"`{plain_line(head.name)}` {why} {self.base_name}, so it cannot be rehearsed.")
            return
        touched, folders = _touched(changed, self.config)
        if touched or requested:
            yield replace(head, folders=folders)

    def _named(self, name: str, sha: str | None, candidates: Sequence[Head]) -> Head:
        """The head that a person named: one of the candidates, or any commit. Raises `UserError`."""
        candidate = next((head for head in candidates if head.called(name) or (head.sha == sha and head.landed)), None)
        if candidate is not None:
            return candidate
        if sha is None:
            kinds = "branch, tag, commit or merged pull request"
            raise UserError(f"There is no {kinds} `{plain_line(name)}` in {self.original.folder}.")
        landing = self.mirror.landing(sha, self.base)
        head = self._branch(_branch_name(self.original, name) or sha[:7], sha)
        if landing is not None:
            if not landing.parents:
                raise UserError(f"`{plain_line(name)}` is the first commit, so there is nothing to compare it with.")
            head = replace(head, base=landing.parents[0], landed=landing.sha, began=landing.when, ended=landing.when)
        return next(self._whole(head, requested=True))

    def _nothing(self, *, history: bool) -> str:
        roots = " or ".join(f"{root}/" for root in self.config.specs) or "a specs root"
        subject = f"No commit of {self.base_name}" if history else "No branch and no merged pull request"
        near = (path for path in self.mirror.folders(self.base) if path.count("/") < _NEAR)
        elsewhere = (path for path in near if path.rsplit("/", 1)[-1] == "specs" and path not in self.config.specs)
        others = [plain_line(path) for path in sorted(elsewhere)[:3]]
        hint = f"; name {', '.join(others)} under `plangate: specs:` in .github/app.yml" if others else ""
        return f"{subject} in {self.original.folder} touches {roots}, so there is nothing to rehearse{hint}."


def _pathspec(root: str) -> str:
    """A specs root as a git pathspec from the repository's root."""
    tidy = "/".join(name for name in root.split("/") if name not in {"", "."})
    if not is_glob(root):
        return f":(top,literal){tidy}" if tidy else ":(top)"
    return f":(top,glob){tidy.replace('[', chr(92) + '[')}/**"


def _touched(changed: Iterable[str], config: RepositoryConfig) -> tuple[bool, tuple[str, ...]]:
    """Whether a change touches a specs root, and which feature folders."""
    plain = ["/".join(part for part in root.split("/") if part not in {"", "."}) for root in config.specs]
    roots = {root for root in plain if not is_glob(root)}
    globs = [root for root in plain if is_glob(root)]
    touched, folders = False, set()
    for path in changed:
        parts = path.split("/")
        above = ("/".join(parts[:depth]) for depth in range(1, min(len(parts), 32)))
        roots.update(folder for folder in above if any(matches(pattern, folder) for pattern in globs))
        root = root_of(path, roots)
        if root is None:
            continue
        touched = True
        name, _, below = path.removeprefix(root).lstrip("/").partition("/")
        folder = f"{root}/{name}" if root else name
        if below and not matches_any(config.ignore, folder):
            folders.add(folder_at(folder, root, config).path)
    return touched, tuple(sorted(folders))


def _merge_name(landing: Landing) -> str | None:
    merge = next((match for pattern in _MERGES if (match := pattern.match(landing.subject[:600]))), None)
    return merge["name"].removeprefix("origin/") if merge else None


def _number(landing: Landing) -> int | None:
    merge = next(
        (match for pattern in _MERGES if (match := pattern.match(landing.subject[:600])) and match["number"]), None
    )
    squashed = None if merge else _NUMBER.search(landing.subject.rstrip()[-13:])
    text = merge["number"] if merge else squashed[1] if squashed else ""
    return int(text) if text else None


def _title(landing: Landing) -> str:
    """The pull request's title: a merge commit has it in its body, a squashed commit in its subject."""
    merged = _merge_name(landing) is not None
    first = next((line for line in landing.body.splitlines() if line.strip()), "") if merged else ""
    title = plain_line(first or landing.subject)[:_TITLE].strip()
    return title.removesuffix(f"(#{_number(landing)})").strip() or landing.sha[:7]
