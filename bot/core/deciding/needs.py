"""Decide what to read: from an event, and from what was read so far, to the next request.

The App reads until no request is left. Hints from earlier jobs (where the template lies, which folder belongs to which
branch) make the first request the only one; without hints, or with stale ones, there is a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from bot.core.change.trees import Change, FileStatus, Kind, Readability, Tree, with_paths
from bot.core.config.in_force import PATHS as CONFIG_PATHS
from bot.core.config.model import RepositoryConfig
from bot.core.documents.tasks import read_tasks
from bot.core.features.branch import read_branch
from bot.core.features.code import may_hold_code
from bot.core.features.folders import feature_folders, root_of, roots_above, specs_roots
from bot.core.forge.facts import ReadRequest
from bot.core.judging.cases import code_files
from bot.core.judging.ticks import Presence, held_to_the_tree, ticked_by
from bot.core.judging.untracked import TRACKING_FILES
from bot.core.text.globs import is_glob
from bot.core.yardstick.template import next_paths, resolution_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.deciding.candidates import Candidate
    from bot.core.documents.tasks import Tasks
    from bot.core.forge.facts import RepositoryView
    from bot.core.judging.findings import Report

FOLDERS_A_READ = 16
"""Feature folders in one read; a change that touches more is read in several."""

MAX_PREFIXES = 16
"""Feature numbers that are searched for among other branches."""

MAX_DOCUMENTS = 200
_TELLING_PLANS = 3
_TELLING = ("spec.md", "plan.md")
_PLACES = (
    *(f".specify/{folder}" for folder in ("memory", "templates", "presets", "extensions")),
    "memory/constitution.md",
    "templates/plan-template.md",
)


class Hints(msgspec.Struct, frozen=True):
    """Where an earlier job found things. Hints save a read and decide nothing, so they may be outdated."""

    roots: tuple[str, ...] = ("specs",)
    documents: tuple[str, ...] = ()
    """Paths of template and constitution that are there."""
    folders: tuple[str, ...] = ()
    """Feature folders of this branch."""
    prefixes: tuple[str, ...] = ()
    """Their numbers as branch names write them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about, as something to read."""

    number: int | None = None
    """The number of the pull request."""
    head: str | None = None
    branch: str | None = None
    """The branch, when the event is not about a pull request. Its open pull requests are read, too."""
    named: str | None = None
    """The branch's name, where it is known, for the first guess at the feature folder."""
    before: str | None = None
    everyone: bool = False
    """Bring the numbers of all open pull requests."""
    comments: bool = False
    above: str | None = None
    """See `ReadRequest.above`."""
    stacked: bool = False
    """The pull request goes to another branch than the default one, so it may lie on others."""


def present_head(subject: Subject, view: RepositoryView) -> str | None:
    """The present head of the subject; None if the branch does not exist any more."""
    if subject.number is not None:
        pull = view.pull_request
        return pull.head_sha if pull is not None and pull.is_open else subject.head
    return view.tip if subject.branch is not None else subject.head


def lacks_head(subject: Subject, view: RepositoryView) -> bool:
    """Whether GitHub did not find the subject's head: its replicas do not agree yet."""
    if view.head is not None:
        return False
    pull, head = view.pull_request, None
    if subject.number is None:
        head = view.tip if subject.branch is not None else None
    elif pull is not None and pull.is_open:
        head = pull.head_sha
    return head is not None and subject.head in (None, head)


def first(subject: Subject, hints: Hints) -> ReadRequest:
    """The first request."""
    roots = tuple(root for root in hints.roots if not is_glob(root)) or ("specs",)
    name = subject.named or subject.branch
    guesses = _guesses(name, roots) if name else ()
    return ReadRequest(
        head=subject.head,
        number=subject.number,
        branch=subject.branch,
        before=subject.before,
        everyone=subject.everyone,
        above=subject.above,
        roots=roots,
        base_roots=_base_roots(roots),
        marks=_marks(roots),
        folders=tuple(dict.fromkeys((*hints.folders, *guesses)))[:FOLDERS_A_READ],
        documents=_documents(roots, hints.documents),
        default_documents=CONFIG_PATHS,
        prefixes=_union(hints.prefixes, _prefix(name) if name else ())[:MAX_PREFIXES],
        chains=subject.stacked,
        from_default=subject.number is None or subject.stacked,
        changes=True,
        comments=subject.comments,
    )


def _guesses(branch: str, roots: Iterable[str]) -> tuple[str, ...]:
    """The likely paths of a branch's feature folder."""
    segment = branch.rsplit("/", 1)[-1]
    if segment in {"", ".", ".."}:
        return ()
    return tuple(f"{root}/{segment}" if root else segment for root in roots)


def _prefix(branch: str) -> tuple[str, ...]:
    number = read_branch(branch, RepositoryConfig()).number
    return (f"{number}-",) if number else ()


def specify_roots(roots: Iterable[str]) -> tuple[str, ...]:
    """The folders that may hold the nearest `.specify/` of these specs roots: `""`, `apps/`, `apps/a/`."""
    above = (root.split("/")[:depth] for root in roots for depth in range(1, root.count("/") + 1))
    return tuple(dict.fromkeys(("", *("/".join(names) + "/" for names in above))))


def constitution_paths(roots: Iterable[str]) -> tuple[str, ...]:
    """The paths where a constitution may be, the present one first."""
    return tuple(
        f"{root}{place}" for root in roots for place in (".specify/memory/constitution.md", "memory/constitution.md")
    )


def _base_roots(roots: Iterable[str]) -> tuple[str, ...]:
    places = (".specify", ".specify/presets", ".specify/extensions")
    return tuple(f"{root}{place}" for root in specify_roots(roots) for place in places)


def _marks(roots: Iterable[str]) -> tuple[str, ...]:
    """The folders of a yardstick. A yardstick is unchanged if the ids of these folders are."""
    return tuple(f"{root}{place}" for root in specify_roots(roots) for place in _PLACES)


def _documents(roots: Iterable[str], hinted: Iterable[str]) -> tuple[str, ...]:
    places = specify_roots(roots)
    paths = [path for root in places for path in resolution_paths(root)]
    first = (*CONFIG_PATHS, *TRACKING_FILES, *constitution_paths(places))
    return tuple(dict.fromkeys((*first, *paths, *hinted)))[:MAX_DOCUMENTS]


def further(request: ReadRequest, view: RepositoryView, candidates: Sequence[Candidate]) -> ReadRequest | None:
    """The next request, or None. `request` is everything read so far, `candidates` are to be judged."""
    if request.head is None:
        return _at_present_head(request, view)
    paths = _new_paths(request, candidates)
    branches = (candidate.stack_base.branch for candidate in candidates if candidate.stack_base is not None)
    stack_bases = _new(tuple(view.stack_bases), branches)
    if stack_bases or (not request.chains and _lies_elsewhere(view)):
        # Nothing is known of a tree that was not read yet, so every path is requested again.
        everything = replace(extended(request, paths), changes=False, comments=False)
        return replace(everything, chains=True, from_default=True, stack_bases=(*request.stack_bases, *stack_bases))
    if not (paths.roots or paths.documents or paths.folders or paths.head_documents or paths.prefixes):
        return None
    changes = (candidate.change for candidate in candidates)
    stale = request.number is not None and request.before is None and any(map(left_early, changes))
    return _with_what_the_branch_knows(request, paths) if stale else paths


def _at_present_head(request: ReadRequest, view: RepositoryView) -> ReadRequest | None:
    """The request with the head that the view shows. None if there is no head."""
    head = view.pull_request.head_sha if view.pull_request is not None else view.tip
    if head is None:
        return None
    name = view.pull_request.head_branch if view.pull_request is not None else request.branch
    with_head = _with_head(request, head, name)
    return replace(with_head, chains=True, from_default=True) if _lies_elsewhere(view) else with_head


def _new_paths(request: ReadRequest, candidates: Sequence[Candidate]) -> ReadRequest:
    """The request with only the paths that the candidates need and that were not requested yet."""
    changes = [candidate.change for candidate in candidates]
    roots = _new(request.roots, (root for candidate in candidates for root in _roots(candidate)))
    bases = [change.standard for change in changes if change.base is not None]
    yardstick = (path for base in bases for path in _more_documents(base, request, roots))
    plans = (path for candidate in candidates for path in _telling_plans(candidate))
    touched = (path for candidate in candidates for path in _folders(candidate))
    likely = (path for change in changes for path in _likely(change, request.roots, roots))
    prefixes = _new(request.prefixes, (prefix for candidate in candidates for prefix in _numbers(candidate)))
    at_head = (path for change in changes for path in _edited_yardstick(change, request))
    return replace(
        request,
        roots=roots,
        base_roots=_new(request.base_roots, _base_roots(roots)) if roots else (),
        marks=_new(request.marks, _marks(roots)) if roots else (),
        documents=_new(request.documents, (*yardstick, *plans))[:MAX_DOCUMENTS],
        head_documents=_new(request.head_documents, at_head)[:MAX_DOCUMENTS],
        folders=_new(request.folders, (*touched, *likely))[:FOLDERS_A_READ],
        prefixes=prefixes[: max(0, MAX_PREFIXES - len(request.prefixes))],
        default_documents=(),
        changes=False,
        comments=False,
    )


def _lies_elsewhere(view: RepositoryView) -> bool:
    """Whether an open pull request goes to another branch than the default one."""
    return any(pull.is_open and pull.base_branch != view.default_branch for pull in view.pull_requests())


def folders_to_check(candidate: Candidate) -> tuple[str, ...]:
    """The folders of a comparison's files in which code may have changed, although no file in the comparison is code.

    GitHub counts the files of a pull request, but not those of a comparison.
    """
    change, config, roots = candidate.change, candidate.config_in_force.config, candidate.features.roots
    if candidate.pull is not None or candidate.cut or code_files(change, config, roots):
        return ()
    folders = {folder for file in change.changed for folder in _folders_above(file.path)}
    return tuple(sorted(folder for folder in folders if may_hold_code(folder, config, roots)))


def _folders_above(path: str) -> Iterable[str]:
    return (path[:index] for index, character in enumerate(path) if character == "/")


def left_early(change: Change) -> bool:
    """Whether the base's yardstick may have changed since the branch left its base.

    A file that the change does not list is the same at its head as at that commit, because GitHub compares the head
    with that commit: https://docs.github.com/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-comparing-branches-in-pull-requests
    """
    return change.base is not None and change.head.marks != change.standard.marks


def _with_what_the_branch_knows(request: ReadRequest, next_request: ReadRequest) -> ReadRequest:
    """Add the yardstick at the head to a request that is due anyway, so that it needs no third read."""
    together = extended(request, next_request)
    if len(together.documents) > MAX_DOCUMENTS:
        return next_request
    return replace(next_request, before=request.head, base_roots=together.base_roots, documents=together.documents)


def has_unplaced_ticks(change: Change, report: Report) -> bool:
    """Whether the change ticks a task whose files were not read, so that the full list of files decides."""
    if change.head.complete:
        return False
    present = {file.path for file in change.changed if file.status is not FileStatus.REMOVED}
    known = replace(change, head=with_paths(change.head, present))
    return any(
        tick.presence in (Presence.ABSENT, Presence.ELSEWHERE)
        for feature in report.features
        if feature.feature.owned and (tasks := _changed_tasks(change, feature.feature.dir)) is not None
        for tick in held_to_the_tree(ticked_by(change, tasks), known)
    )


def _changed_tasks(change: Change, feature_dir: str) -> Tasks | None:
    path = f"{feature_dir}/tasks.md"
    document = change.head.documents.get(path)
    if document is None or document.reading is not Readability.WHOLE:
        return None
    return read_tasks(document) if any(file.path == path for file in change.changed) else None


def came_along(request: ReadRequest, view: RepositoryView) -> Tree | None:
    """The yardstick in the branch's own tree, if it was read completely; else None.

    An incomplete one does not count, because its missing parts would look absent.
    """
    tree = view.before
    is_complete = tree is not None and tree.sha == request.head and len(request.documents) <= MAX_DOCUMENTS
    return tree if is_complete else None


def where_it_left(request: ReadRequest, at_head: ReadRequest, tree: Tree) -> ReadRequest | None:
    """The next request for the yardstick in the branch's own tree; None if it is complete.

    `request` is what was read of the base, `at_head` what was requested of this tree, `tree` what that returned.
    """
    so_far = replace(request, documents=at_head.documents)
    documents = _new((*at_head.documents, *CONFIG_PATHS), (*request.documents, *_more_documents(tree, so_far, ())))
    if not documents:
        return None
    return ReadRequest(
        before=at_head.before,
        base_roots=_new(at_head.base_roots, request.base_roots),
        documents=documents[:MAX_DOCUMENTS],
    )


def _with_head(request: ReadRequest, head: str, name: str | None) -> ReadRequest:
    """The request with the head, which was unknown before."""
    guesses = _guesses(name, request.roots) if name else ()
    return replace(
        request,
        head=head,
        above=name if request.above is not None else None,
        before=request.before or head,  # usually the base's yardstick has changed, too
        folders=tuple(dict.fromkeys((*request.folders, *guesses)))[:FOLDERS_A_READ],
        prefixes=tuple(dict.fromkeys((*request.prefixes, *(_prefix(name) if name else ())))),
    )


def extended(request: ReadRequest, next_request: ReadRequest) -> ReadRequest:
    """Merge two requests."""
    return replace(
        request,
        head=next_request.head,
        roots=_union(request.roots, next_request.roots),
        base_roots=_union(request.base_roots, next_request.base_roots),
        marks=_union(request.marks, next_request.marks),
        folders=_union(request.folders, next_request.folders),
        documents=_union(request.documents, next_request.documents),
        head_documents=_union(request.head_documents, next_request.head_documents),
        prefixes=_union(request.prefixes, next_request.prefixes),
        chains=request.chains or next_request.chains,
        from_default=request.from_default or next_request.from_default,
        stack_bases=_union(request.stack_bases, next_request.stack_bases),
    )


def _union(first_paths: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first_paths, *second)))


def _new(requested: Sequence[str], paths: Iterable[str]) -> tuple[str, ...]:
    requested_paths = frozenset(requested)
    return tuple(dict.fromkeys(path for path in paths if path not in requested_paths))


def _roots(candidate: Candidate) -> Iterable[str]:
    """The specs roots of the configuration. Globs are matched with the paths that the change touches."""
    touched = (path for file in candidate.change.changed for path in (file.path, file.previous) if path)
    return dict.fromkeys((*candidate.features.roots, *roots_above(candidate.config_in_force.config, touched)))


def _more_documents(base: Tree, request: ReadRequest, roots: Sequence[str]) -> Iterable[str]:
    for place in specify_roots((*request.roots, *roots)):
        yield from constitution_paths((place,))
        yield from next_paths(base.documents, request.documents, place, base.entries)


def _edited_yardstick(change: Change, request: ReadRequest) -> Iterable[str]:
    """The constitution and template files that the change edits. They are read at the head, for drift between them."""
    yardstick = frozenset(request.documents) - frozenset(CONFIG_PATHS)
    return (file.path for file in change.changed if file.path in yardstick and file.status is not FileStatus.REMOVED)


def _telling_plans(candidate: Candidate) -> Iterable[str]:
    """Plans on the base whose header can show that the repository uses Spec Kit, if nothing else shows it."""
    change, config = candidate.change, candidate.config_in_force
    base = change.stack_base or change.base
    if base is None or config.present or any(path.endswith(".specify") for path in base.entries):
        return
    folders = feature_folders(base, config.config, specs_roots(config.config, base))
    yield from (f"{path}/plan.md" for path in sorted(folders)[-_TELLING_PLANS:])


def _folders(candidate: Candidate) -> Iterable[str]:
    """The feature folders to read completely, as far as they exist."""
    change = candidate.change
    for path in candidate.features.looked_at:
        entries = change.head.entries.get(path), change.base.entries.get(path) if change.base else None
        if any(entry is not None and entry.kind is Kind.FOLDER for entry in entries):
            yield path


def _likely(change: Change, roots: Sequence[str], new_roots: Sequence[str]) -> Iterable[str]:
    """Changed folders that may be features though no listing shows it: without number, or below an unlisted root."""
    yield from _guesses(change.head_branch or "", new_roots)
    for file in change.changed:
        root = root_of(file.path, (*roots, *new_roots))
        if root is None:
            continue
        name, _, below = file.path[len(root) + 1 if root else 0 :].partition("/")
        # A folder without a number is a feature by its spec or plan, which only its own listing would show.
        if below in _TELLING or (below and root in new_roots):
            yield f"{root}/{name}" if root else name


def _numbers(candidate: Candidate) -> Iterable[str]:
    return (f"{folder.number}-" for folder in candidate.features.folders if folder.number)
