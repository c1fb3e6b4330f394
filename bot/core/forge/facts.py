"""The facts that are read from GitHub: a request, and the view of a repository that answers it.

A request names everything that one read returns, pinned to commits. The adapter turns it into one GraphQL query, and
GitHub's answer into these values. Nothing here decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.change.trees import ChangedFile, OtherHead, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LAYERS = 10
"""Lower layers of a stack that are read."""


class Reaction(StrEnum):
    """The reaction on a command's comment that answers it, in GraphQL's words."""

    SEEN = "EYES"
    DONE = "ROCKET"
    MISTAKEN = "CONFUSED"
    DENIED = "THUMBS_DOWN"


@dataclass(frozen=True, slots=True)
class Spent:
    """The requests to GitHub of one attempt at a job, without those for tokens."""

    calls: int = 0
    writes: int = 0
    """The requests that write."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """The parts of one read. A part that is not requested is absent from the view, not empty in it."""

    head: str | None = None
    """The head commit: brings its trees, our check runs on it, and the open pull requests with this head."""
    number: int | None = None
    """Brings this pull request, open or closed."""
    branch: str | None = None
    """Brings the branch's tip, the numbers of the open pull requests with this base and, unless `number` is given, the
    open pull requests with this head."""
    before: str | None = None
    """Another commit to read like a base: where a branch was before a push, or the commit below a merge group."""
    above: str | None = None
    """Brings the numbers of the open pull requests with this base; `""` stands for the head's branch until that is
    known."""
    everyone: bool = False
    """Bring the numbers of all open pull requests, whatever their base is."""
    roots: tuple[str, ...] = ()
    """Folders whose direct entries are listed at every commit (specs roots; `""` is the repository's root)."""
    base_roots: tuple[str, ...] = ()
    """Folders whose direct entries are listed at the bases only: where presets and extensions may lie."""
    marks: tuple[str, ...] = ()
    """Paths of which the Git ids are read, at the head and at the bases."""
    folders: tuple[str, ...] = ()
    """Feature folders that are read whole, at the head and at the bases."""
    documents: tuple[str, ...] = ()
    """Paths that are read at the bases: constitution, template and what decides between templates."""
    head_documents: tuple[str, ...] = ()
    """Paths that are read at the head: what a plan's draft is made from."""
    outline: bool = False
    """Bring the names at the head three levels deep."""
    default_documents: tuple[str, ...] = ()
    """Paths that are read at the tip of the default branch: its configuration."""
    prefixes: tuple[str, ...] = ()
    """Numbers as branch names write them (`018-`): open branches with them are brought."""
    chains: bool = False
    """Bring the pull requests below those that go to another branch than the default one."""
    stack_bases: tuple[str, ...] = ()
    """Branches whose tips are read as the bases are: where stacks of pull requests go to."""
    from_default: bool = False
    """Read the tip of the default branch as the bases are read: it is the base of a branch without pull request."""
    changes: bool = False
    """Bring the changed files of the pull requests."""
    comments: bool = False
    """Bring our own comments on the pull requests."""


@dataclass(frozen=True, slots=True)
class Run:
    """A check run of ours."""

    id: int
    name: str
    completed: bool
    conclusion: str | None
    external_id: str
    url: str
    completed_at: str = ""
    """When GitHub took it for completed, in UTC (`2026-11-22T12:41:07Z`); known of a run that was just written."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours. `id` is REST's number, `node` GraphQL's id."""

    id: int
    node: str
    body: str
    minimized: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class StackLayer:
    """An open pull request whose head is the base branch of another: a lower layer of a stack."""

    number: int
    base_branch: str


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request, with the tip of its base branch as `base`."""

    number: int
    title: str
    url: str
    is_open: bool
    draft: bool
    author: str
    created_at: str
    """As GitHub writes it: `2026-11-22T12:41:07Z`."""
    head_sha: str
    head_branch: str
    head_repository: str | None
    """`owner/name`, None when the fork is gone."""
    base_branch: str
    base: Tree | None
    """None when the base branch is gone."""
    below: tuple[StackLayer, ...] = ()
    """The chain of open pull requests that it lies on, the nearest first; at most `MAX_LAYERS`."""
    changed: tuple[ChangedFile, ...] = ()
    changes_complete: bool = True
    """False when GitHub lists no more of the changed files although there are more."""
    comments: tuple[Comment, ...] = ()
    """Our own on it, oldest first."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with the parts that were read."""

    tree: Tree
    committed_at: str = ""
    """As GitHub writes it: `2026-11-22T12:41:07Z`."""
    runs: tuple[Run, ...] = ()

    @property
    def sha(self) -> str:
        """The commit's id."""
        return self.tree.sha or ""


@dataclass(frozen=True, slots=True)
class RepositoryView:
    """A repository as one read, or several, returned it."""

    repository: int
    full_name: str
    """`owner/name` as it is now."""
    default_branch: str | None
    """None in a repository without a commit."""
    default: Tree | None
    head: Commit | None = None
    tip: str | None = None
    """The tip of the requested branch, None when the branch does not exist."""
    before: Tree | None = None
    stack_bases: Mapping[str, Tree] = field(default_factory=dict)
    """By branch: the tips of the requested stack bases, and of the default branch where that was read as a base."""
    pull_request: PullRequest | None = None
    """The pull request that was requested by its number."""
    heads: tuple[PullRequest, ...] = ()
    """The open pull requests whose head is the requested commit or branch, by number."""
    based: tuple[int, ...] = ()
    """The numbers of the open pull requests whose base is the requested branch, or of all if all were requested.
    A full hundred may not be all of them."""
    others: tuple[OtherHead, ...] = ()
    """Open branches with a requested number; `folders` are all their feature folders, not only those that they add."""
    archived: bool = False
    private: bool = False

    def pull_requests(self) -> tuple[PullRequest, ...]:
        """Every pull request of the view, once, by number."""
        by_number = {pull.number: pull for pull in self.heads}
        if self.pull_request is not None:
            by_number.setdefault(self.pull_request.number, self.pull_request)
        return tuple(by_number[number] for number in sorted(by_number))


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue (or the issue that every pull request is)."""

    number: int
    title: str
    body: str
    author: str
    created_at: str
    """As GitHub writes it: `2026-11-22T12:41:07Z`."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Our comments and reactions below a text that holds commands."""

    reply: Comment | None
    """Our own comment that answers commands there."""
    reactions: frozenset[Reaction]
    """Our own reactions to the text."""
    comments: tuple[Comment, ...] = ()
    """All of our own comments there, the oldest first."""


@dataclass(frozen=True, slots=True)
class ReviewThread:
    """A review thread that a comment of ours began."""

    node: str
    """GraphQL's id."""
    comment: str
    """GraphQL's id of the comment."""
    body: str
    """The comment's text."""
    is_open: bool
    """Nobody resolved it, and the comment is not hidden."""
    is_outdated: bool
    """One of its lines was changed since."""


@dataclass(frozen=True, slots=True)
class OwnReviews:
    """Our own reviews of a pull request, each oldest first."""

    bodies: tuple[str, ...] = ()
    threads: tuple[ReviewThread, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A head compared with its merge base (three dots)."""

    ahead_by: int
    """Commits of the head that the base does not contain."""
    merge_base: str
    changed: tuple[ChangedFile, ...]
    complete: bool = True
    """False when GitHub lists no more than a part of the files."""


def joined(first: RepositoryView, second: RepositoryView) -> RepositoryView | None:
    """Merge two views; None if a commit moved between the reads, or the second read lacks one that the first had."""
    if (first.head and not second.head) or (first.before and not second.before):
        return None
    moved = any(
        tree.sha != second.stack_bases[branch].sha
        for branch, tree in first.stack_bases.items()
        if branch in second.stack_bases
    )
    if moved or _where(first) != _where(second):
        return None
    later = {pull.number: pull for pull in second.pull_requests()}

    def both(pull: PullRequest) -> PullRequest:
        twin = later.get(pull.number)
        if twin is None:
            return pull
        return replace(pull, base=_trees(pull.base, twin.base), below=twin.below or pull.below)

    head = first.head
    if head is not None and second.head is not None:
        head = replace(head, tree=together(head.tree, second.head.tree))
    return replace(
        first,
        head=head or second.head,
        default=_trees(first.default, second.default),
        tip=first.tip or second.tip,
        before=_trees(first.before, second.before),
        stack_bases={
            branch: together(first.stack_bases.get(branch, tree), tree) for branch, tree in second.stack_bases.items()
        },
        pull_request=None if first.pull_request is None else both(first.pull_request),
        heads=tuple(both(pull) for pull in first.heads),
        others=second.others or first.others,
    )


def _where(view: RepositoryView) -> tuple[object, ...]:
    bases = tuple((pull.number, pull.head_sha, pull.base and pull.base.sha) for pull in view.pull_requests())
    return (view.default and view.default.sha, bases)


def _trees(first: Tree | None, second: Tree | None) -> Tree | None:
    return together(first, second) if first is not None and second is not None else first or second


def together(first: Tree, second: Tree) -> Tree:
    """Merge two reads of one commit into one tree."""
    # Only a read of the folder itself has its tree id, so an entry with a tree id replaces one without.
    with_tree = {path: entry for path, entry in first.entries.items() if entry.tree is not None}
    entries = {**first.entries, **second.entries, **with_tree}
    documents = {**first.documents, **second.documents}
    return Tree(first.sha, entries, documents, marks={**first.marks, **second.marks})
