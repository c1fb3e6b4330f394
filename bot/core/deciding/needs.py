"""What is still to be read: from an event, and from what is already known, to the next question.

The shell asks until nothing is asked for. Hints from earlier jobs (where the template lies, which folder belongs to
which branch) make the first question the only one; without them, or when they are stale, there is a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from bot.core.change.trees import Change, FileStatus, Kind, Tree
from bot.core.config.in_force import PATHS as CONFIG_PATHS
from bot.core.config.model import RepositoryConfig
from bot.core.features import chosen as which
from bot.core.features.branch import read_branch
from bot.core.features.elsewhere import IGNORE_FILE
from bot.core.features.folders import feature_folders, root_of, roots_above, specs_roots
from bot.core.forge.facts import ReadRequest
from bot.core.text.globs import is_glob
from bot.core.yardstick.template import next_paths, resolution_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.config.in_force import ConfigInForce
    from bot.core.forge.facts import RepositoryView
    from bot.core.judging.findings import Finding

FOLDERS_A_READ = 16
"""Feature folders that one question brings; a change that touches more is read in several."""

MAX_PREFIXES = 16
"""Numbers that other branches are looked through for."""

MAX_DOCUMENTS = 200
_TELLING_PLANS = 3
_TELLING = ("spec.md", "plan.md")
_PLACES = (
    *(f".specify/{folder}" for folder in ("memory", "templates", "presets", "extensions")),
    "memory/constitution.md",
    "templates/plan-template.md",
)


class Hints(msgspec.Struct, frozen=True):
    """What an earlier job learnt about where things are. May be stale: it saves a read and decides nothing."""

    roots: tuple[str, ...] = ("specs",)
    documents: tuple[str, ...] = ()
    """Paths of template and constitution that are there."""
    folders: tuple[str, ...] = ()
    """Feature folders of this branch."""
    prefixes: tuple[str, ...] = ()
    """Their numbers as branch names write them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about, in words of reading."""

    number: int | None = None
    """The pull request that is meant."""
    head: str | None = None
    branch: str | None = None
    """The branch that is meant, where no pull request is; its open pull requests are brought with it."""
    named: str | None = None
    """The branch's name, where it is known, for the first guess at the feature folder."""
    before: str | None = None
    everyone: bool = False
    """Bring the numbers of all open pull requests."""
    comments: bool = False


def first(subject: Subject, hints: Hints) -> ReadRequest:
    """The first question."""
    roots = tuple(root for root in hints.roots if not is_glob(root)) or ("specs",)
    name = subject.named or subject.branch
    guesses = _guesses(name, roots) if name else ()
    return ReadRequest(
        head=subject.head,
        number=subject.number,
        branch=subject.branch,
        before=subject.before,
        everyone=subject.everyone,
        roots=roots,
        base_roots=_base_roots(roots),
        marks=_marks(roots),
        folders=tuple(dict.fromkeys((*hints.folders, *guesses)))[:FOLDERS_A_READ],
        documents=_documents(roots, hints.documents),
        default_documents=CONFIG_PATHS,
        prefixes=_union(hints.prefixes, _prefix(name) if name else ())[:MAX_PREFIXES],
        from_default=subject.number is None,
        changes=True,
        comments=subject.comments,
    )


def _guesses(branch: str, roots: Iterable[str]) -> tuple[str, ...]:
    """Where the feature folder of a branch would be."""
    segment = branch.rsplit("/", 1)[-1]
    if segment in {"", ".", ".."}:
        return ()
    return tuple(f"{root}/{segment}" if root else segment for root in roots)


def _prefix(branch: str) -> tuple[str, ...]:
    number = read_branch(branch, RepositoryConfig()).number
    return (f"{number}-",) if number else ()


def specify_roots(roots: Iterable[str]) -> tuple[str, ...]:
    """Where a `.specify/` may stand that is the nearest for one of these specs roots: `""`, `apps/`, `apps/a/`."""
    above = (root.split("/")[:depth] for root in roots for depth in range(1, root.count("/") + 1))
    return tuple(dict.fromkeys(("", *("/".join(names) + "/" for names in above))))


def constitution_paths(roots: Iterable[str]) -> tuple[str, ...]:
    """Where the constitution may stand, today's place first."""
    return tuple(
        f"{root}{place}" for root in roots for place in (".specify/memory/constitution.md", "memory/constitution.md")
    )


def _base_roots(roots: Iterable[str]) -> tuple[str, ...]:
    places = (".specify", ".specify/presets", ".specify/extensions")
    return tuple(f"{root}{place}" for root in specify_roots(roots) for place in places)


def _marks(roots: Iterable[str]) -> tuple[str, ...]:
    """Where all of a yardstick lies: with the same marks it is the same."""
    return tuple(f"{root}{place}" for root in specify_roots(roots) for place in _PLACES)


def _documents(roots: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    places = specify_roots(roots)
    paths = [path for root in places for path in resolution_paths(root)]
    first = (*CONFIG_PATHS, IGNORE_FILE, *constitution_paths(places))
    return tuple(dict.fromkeys((*first, *paths, *known)))[:MAX_DOCUMENTS]


def further(
    asked: ReadRequest, answer: RepositoryView, changes: Sequence[tuple[Change, ConfigInForce]]
) -> ReadRequest | None:
    """What the answer leaves open, or None. `asked` is everything asked for so far, `changes` what is to be judged."""
    if asked.head is None:
        head = answer.pull_request.head_sha if answer.pull_request is not None else answer.tip
        if head is not None:
            name = answer.pull_request.head_branch if answer.pull_request is not None else asked.branch
            return _with_head(asked, head, name)
        return None
    roots = _new(asked.roots, (root for change, in_force in changes for root in _roots(change, in_force)))
    bases = [change.base for change, _ in changes if change.base is not None]
    more = (path for base in bases for path in _more_documents(base, asked, roots))
    plans = (path for change, in_force in changes for path in _telling_plans(change, in_force))
    documents = _new(asked.documents, (*more, *plans))
    found = (
        path
        for change, in_force in changes
        for path in (*_folders(change, in_force), *_likely(change, asked.roots, roots))
    )
    folders = _new(asked.folders, found)
    prefixes = _new(asked.prefixes, (prefix for change, in_force in changes for prefix in _numbers(change, in_force)))
    at_head = _new(asked.head_documents, (path for change, _ in changes for path in _edited_yardstick(change, asked)))
    if not (roots or documents or folders or at_head or (prefixes and len(asked.prefixes) < MAX_PREFIXES)):
        return None
    more_of_it = replace(
        asked,
        roots=roots,
        base_roots=_new(asked.base_roots, _base_roots(roots)) if roots else (),
        marks=_new(asked.marks, _marks(roots)) if roots else (),
        documents=documents[:MAX_DOCUMENTS],
        head_documents=at_head[:MAX_DOCUMENTS],
        folders=folders[:FOLDERS_A_READ],
        prefixes=prefixes[: max(0, MAX_PREFIXES - len(asked.prefixes))],
        default_documents=(),
        changes=False,
        comments=False,
    )
    stale = asked.number is not None and asked.before is None and any(left_early(change) for change, _ in changes)
    return _with_what_the_branch_knows(asked, more_of_it) if stale else more_of_it


def left_early(change: Change) -> bool:
    """Whether the yardstick of the base may be another one than where the branch left it.

    What the change does not touch is at its head as it was where it left its base, since its files are told against
    that commit: https://docs.github.com/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-comparing-branches-in-pull-requests
    """
    return change.base is not None and change.head.marks != change.base.marks


def _with_what_the_branch_knows(asked: ReadRequest, more: ReadRequest) -> ReadRequest:
    """A further question that is due anyway brings the yardstick at the head, too, so that it is not a third."""
    together = extended(asked, more)
    if len(together.documents) > MAX_DOCUMENTS:
        return more
    return replace(more, before=asked.head, base_roots=together.base_roots, documents=together.documents)


def collided(findings: Iterable[Finding], change: Change) -> tuple[str, ...]:
    """The folders on the base whose number the change takes: since when they are there is worth a look."""
    there = change.base.entries if change.base is not None else {}
    return tuple(
        dict.fromkeys(one.subject for one in findings if one.rule == "number-collision" and one.subject in there)
    )


def came_along(asked: ReadRequest, answer: RepositoryView) -> Tree | None:
    """The yardstick as the branch's own tree has it, as far as further questions brought it; None where they did not.

    What they asked for last does not count by itself: it is all of it, or what is missing would seem to be absent.
    """
    found = answer.before
    whole = found is not None and found.sha == asked.head and len(asked.documents) <= MAX_DOCUMENTS
    return found if whole else None


def where_it_left(asked: ReadRequest, left: ReadRequest, found: Tree) -> ReadRequest | None:
    """What is still to be read of the yardstick in the branch's own tree, None when it is all there.

    `asked` is what was asked of the base, `left` what of this tree, `found` what that brought.
    """
    known = replace(asked, documents=left.documents)
    documents = _new((*left.documents, *CONFIG_PATHS), (*asked.documents, *_more_documents(found, known, ())))
    if not documents:
        return None
    return ReadRequest(
        before=left.before,
        base_roots=_new(left.base_roots, asked.base_roots),
        documents=documents[:MAX_DOCUMENTS],
    )


def _with_head(asked: ReadRequest, head: str, name: str | None) -> ReadRequest:
    """The question again for a head that was not known before; what was asked of bases need not be asked again."""
    guesses = _guesses(name, asked.roots) if name else ()
    return replace(
        asked,
        head=head,
        before=asked.before or head,  # most often what it is held to has moved
        folders=tuple(dict.fromkeys((*asked.folders, *guesses)))[:FOLDERS_A_READ],
        prefixes=tuple(dict.fromkeys((*asked.prefixes, *(_prefix(name) if name else ())))),
    )


def extended(asked: ReadRequest, more: ReadRequest) -> ReadRequest:
    """Everything asked for so far, after one more question."""
    return replace(
        asked,
        head=more.head,
        roots=_union(asked.roots, more.roots),
        base_roots=_union(asked.base_roots, more.base_roots),
        marks=_union(asked.marks, more.marks),
        folders=_union(asked.folders, more.folders),
        documents=_union(asked.documents, more.documents),
        head_documents=_union(asked.head_documents, more.head_documents),
        prefixes=_union(asked.prefixes, more.prefixes),
    )


def _union(first_paths: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first_paths, *second)))


def _new(asked: Sequence[str], wanted: Iterable[str]) -> tuple[str, ...]:
    known = frozenset(asked)
    return tuple(dict.fromkeys(path for path in wanted if path not in known))


def _roots(change: Change, in_force: ConfigInForce) -> Iterable[str]:
    """The specs roots of the configuration; globs are found among the paths that the change touches."""
    touched = (path for file in change.changed for path in (file.path, file.previous) if path)
    listed = specs_roots(in_force.config, change.head, change.base)
    return dict.fromkeys((*listed, *roots_above(in_force.config, touched)))


def _more_documents(base: Tree, asked: ReadRequest, roots: Sequence[str]) -> Iterable[str]:
    for place in specify_roots((*asked.roots, *roots)):
        yield from constitution_paths((place,))
        yield from next_paths(base.documents, asked.documents, place, base.entries)


def _edited_yardstick(change: Change, asked: ReadRequest) -> Iterable[str]:
    """Constitution and template files that the change itself edits: the head says whether they still fit together."""
    yardstick = frozenset(asked.documents) - frozenset(CONFIG_PATHS)
    return (file.path for file in change.changed if file.path in yardstick and file.status is not FileStatus.REMOVED)


def _telling_plans(change: Change, in_force: ConfigInForce) -> Iterable[str]:
    """Plans on the base whose header would show that this is a Spec Kit repository, where nothing else does."""
    base = change.base
    if base is None or in_force.present or any(path.endswith(".specify") for path in base.entries):
        return
    folders = feature_folders(base, in_force.config, specs_roots(in_force.config, base))
    yield from (f"{path}/plan.md" for path in sorted(folders)[-_TELLING_PLANS:])


def _folders(change: Change, in_force: ConfigInForce) -> Iterable[str]:
    """The feature folders to be read whole, as far as they are there."""
    for path in which.which_features(change, in_force.config).looked_at:
        there = change.head.entries.get(path), change.base.entries.get(path) if change.base else None
        if any(entry is not None and entry.kind is Kind.FOLDER for entry in there):
            yield path


def _likely(change: Change, known: Sequence[str], new: Sequence[str]) -> Iterable[str]:
    """Folders that a listing does not show to be features, or that stand below a root that was not listed yet."""
    yield from _guesses(change.head_branch or "", new)
    for file in change.changed:
        root = root_of(file.path, (*known, *new))
        if root is None:
            continue
        name, _, rest = file.path[len(root) + 1 if root else 0 :].partition("/")
        # A folder without a number is a feature by its spec or plan, which only its own listing would show.
        if rest in _TELLING or (rest and root in new):
            yield f"{root}/{name}" if root else name


def _numbers(change: Change, in_force: ConfigInForce) -> Iterable[str]:
    decision = which.which_features(change, in_force.config)
    return (f"{folder.number}-" for folder in decision.folders if folder.number)
