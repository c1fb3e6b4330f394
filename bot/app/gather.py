"""Read from GitHub for one job until `bot.core.deciding.needs` requests nothing more."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from bot.core.change.trees import FileStatus, FolderHistory, Tree, with_paths
from bot.core.config.in_force import PATHS
from bot.core.deciding import candidates, needs
from bot.core.deciding.needs import Hints, Subject
from bot.core.features.code import counts_as_code
from bot.core.forge.errors import ForgeError, MovedMeanwhile
from bot.core.forge.facts import Comparison, ReadRequest, joined, together
from bot.core.judging.since_branch import edits_yardstick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.core.change.trees import ChangedFile
    from bot.core.deciding.candidates import Candidate, RepositoryRecord
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.ports import ForgeReader, Store

MAX_ROUNDS = 60
"""The most reads for one head. Two are enough unless presets name further files, or a change touches many features. A
change that needs more is not judged, because a part of it would be taken for the whole."""

_MOST_HINTED_FOLDERS = 4
_MOST_HISTORIES = 3
_NO_COMPARISON = Comparison(0, "", ())


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read about one head, and the candidates on it."""

    request: ReadRequest
    """Everything that was requested."""
    view: RepositoryView
    candidates: tuple[Candidate, ...]
    renumbered: bool = False
    """The feature numbers on the branch differ from those at its last verdict."""


@dataclass(slots=True)
class Gatherer:
    """Reads one repository for one job."""

    forge: ForgeReader
    store: Store
    repository: int
    record: RepositoryRecord
    first_sight: Callable[[RepositoryView, RepositoryRecord], RepositoryRecord] | None = None
    """Completes the record of a repository that was never read before."""

    def gather(self, subject: Subject, *, merge_base_branch: str | None = None, always: bool = False) -> Gathered:
        """Read everything about the subject. `always` adds a branch as a candidate even without a sign of a feature.

        Raises `ForgeError`, also when a commit moved between two reads.
        """
        request = needs.first(subject, self._hints(subject))
        view = self.forge.read(request)
        on_head: tuple[Candidate, ...] = ()
        for _ in range(MAX_ROUNDS):
            if self.first_sight is not None:
                self.record = self.first_sight(view, self.record)
            on_head = self._candidates(view, subject, merge_base_branch, always=always)
            next_request = needs.further(request, view, on_head)
            if next_request is not None:
                request, view = self._read_on(request, view, next_request)
            elif not any(self._completes_comparison(candidate) for candidate in on_head):
                break
        else:
            raise ForgeError(f"What this change touches takes more than {MAX_ROUNDS} reads.")
        gathered = Gathered(request, view, on_head)
        return replace(gathered, renumbered=self._remember(subject, gathered))

    def _completes_comparison(self, candidate: Candidate) -> bool:
        """Whether the trees show changed files that the candidate's comparison left out. They are known from then on.

        Costs a read where a file in a folder without listing changed, and no changed file is code.
        """
        change, folders = candidate.change, needs.folders_to_check(candidate)
        if not folders or change.base is None or change.base.sha is None or change.head.sha is None:
            return False
        return self.forge.compare(change.base.sha, change.head.sha, folders).changed != change.changed

    def _read_on(
        self, request: ReadRequest, view: RepositoryView, next_request: ReadRequest
    ) -> tuple[ReadRequest, RepositoryView]:
        """Carry out the next request. Returns everything requested and everything read so far."""
        next_view = self.forge.read(next_request)
        if request.head is None:
            return next_request, next_view
        joint_view = joined(view, next_view)
        if joint_view is None:
            raise MovedMeanwhile("A branch moved while we read it.")
        return needs.extended(request, next_request), joint_view

    def _candidates(
        self, view: RepositoryView, subject: Subject, merge_base_branch: str | None, *, always: bool
    ) -> tuple[Candidate, ...]:
        if view.head is None:
            return ()
        if merge_base_branch is not None:
            before = view.before.sha if view.before is not None else None
            comparison = self.forge.compare(before or "", view.head.sha)
            group = candidates.of_merge_group(view, merge_base_branch, comparison, self.record)
            return (group,) if group is not None else ()
        of_pull_requests = candidates.of_pull_requests(view, self.record)
        if of_pull_requests:
            return tuple(self._with_moves(candidate, view) for candidate in of_pull_requests)
        branch = subject.branch or (subject.named if always else None)
        # Too little was read of a closed pull request's branch. A caller that needs the branch requests it.
        if not always and (branch is None or branch == view.default_branch or subject.number is not None):
            return ()
        of_branch = self._of_branch(view, branch, always=always)
        return (of_branch,) if of_branch is not None else ()

    def _of_branch(self, view: RepositoryView, branch: str | None, *, always: bool) -> Candidate | None:
        """The branch as a candidate. Costs a comparison, unless neither branch name nor folders show a feature."""
        guess = candidates.of_branch(view, branch, _NO_COMPARISON, self.record)
        if guess is None or view.default is None or view.head is None:
            return None
        if not always and guess.features.own is None and not guess.features.head.keys() - guess.features.base.keys():
            return None
        comparison = self.forge.compare(view.default.sha or "", view.head.sha)
        if comparison.ahead_by == 0 and not always:
            # A check run belongs to the commit, and would show on the default branch, too.
            return None
        return candidates.of_branch(view, branch, comparison, self.record)

    def since_branched(self, candidate: Candidate, gathered: Gathered) -> Candidate:
        """Add the yardstick at the commit where the branch left its base, if it can differ. Usually costs no read."""
        change = candidate.change
        if change.base is None or change.head.sha is None or candidate.cut or change.weakened_below:
            return candidate
        if not needs.left_early(change):
            return candidate
        if edits_yardstick(change.changed) or edits_yardstick(self._moved(candidate)):
            return candidate
        yardstick = self._where_it_left(gathered, change.head.sha)
        if yardstick is None:
            return candidate
        paths = {*yardstick.documents, *gathered.request.documents} - frozenset(PATHS)
        if all(yardstick.documents.get(path) == change.standard.documents.get(path) for path in paths):
            return candidate
        return replace(candidate, change=replace(change, merge_base=Tree(change.head.sha, {}, yardstick.documents)))

    def _where_it_left(self, gathered: Gathered, head: str) -> Tree | None:
        """The yardstick in the branch's own tree; None if a part of it cannot be read."""
        request, came_along = gathered.request, needs.came_along(gathered.request, gathered.view)
        tree, at_head = Tree(head), ReadRequest(before=head)
        if came_along is not None:
            tree, at_head = came_along, replace(at_head, base_roots=request.base_roots, documents=request.documents)
        for _ in range(MAX_ROUNDS):
            next_request = needs.where_it_left(request, at_head, tree)
            if next_request is None:
                return tree
            further_tree = self.forge.read(next_request).before
            if further_tree is None:
                return None
            tree, at_head = together(tree, further_tree), needs.extended(at_head, next_request)
        return None

    def _moved(self, candidate: Candidate) -> Iterable[ChangedFile]:
        """The pull request's changed files with their old paths. Empty if the old paths are known already."""
        number, changed = candidate.change.pull_request, candidate.change.changed
        unknown = any(file.status is FileStatus.RENAMED and file.previous is None for file in changed)
        return self.forge.changed_files(number) if number is not None and unknown else ()

    def with_histories(self, candidate: Candidate, folders: Iterable[str]) -> Candidate:
        """Add the history of these folders on the base. Costs one read per folder.

        A history decides nothing, so a folder whose history cannot be read is left out.
        """
        base, branch = candidate.change.base, candidate.change.base_branch
        if base is None or base.sha is None or branch is None:
            return candidate
        histories: dict[str, FolderHistory] = {}
        for folder in islice(folders, _MOST_HISTORIES):
            with suppress(ForgeError):
                history = self.forge.folder_history(base.sha, folder, branch)
                histories |= {folder: history} if history is not None else {}
        if histories and candidate.pull is not None:
            opened = FolderHistory(candidate.pull.created_at[:10])
            histories |= {folder.path: opened for folder in candidate.features.folders}
        return replace(candidate, change=replace(candidate.change, folder_histories=histories))

    def with_all_paths(self, candidate: Candidate) -> Candidate:
        """Add every path of the head, if GitHub lists them all. Costs one read."""
        head = candidate.change.head
        paths = self.forge.paths(head.sha) if head.sha is not None else None
        if paths is None:
            return candidate
        tree = with_paths(head, paths, complete=True)
        return replace(candidate, change=replace(candidate.change, head=tree))

    def _with_moves(self, candidate: Candidate, view: RepositoryView) -> Candidate:
        """Add the old paths of moved files from REST, if they can change the verdict: GraphQL does not give them."""
        number, changed = candidate.change.pull_request, candidate.change.changed
        if number is None or number in self.record.moved or not any(_matters(file, candidate) for file in changed):
            return candidate
        moved = {**self.record.moved, number: self.forge.changed_files(number)}
        self.record = replace(self.record, moved=moved)
        completed = candidates.of_pull_requests(view, self.record)
        return next(same for same in completed if same.change.pull_request == number)

    def _hints(self, subject: Subject) -> Hints:
        hints = self._stored("yardstick") or Hints()
        name = subject.named or subject.branch
        of_branch = self._stored(f"branch:{name}") if name else None
        if of_branch is None:
            return hints
        return msgspec.structs.replace(hints, folders=of_branch.folders, prefixes=of_branch.prefixes)

    def _stored(self, key: str) -> Hints | None:
        stored = self.store.remembered(self.repository, key)
        if stored is None:
            return None
        try:
            return msgspec.json.decode(stored, type=Hints)
        except msgspec.DecodeError:
            return None

    def _remember(self, subject: Subject, gathered: Gathered) -> bool:
        """Store hints for the next first read. Returns whether the branch's feature numbers changed."""
        if not gathered.candidates:
            return False
        first = gathered.candidates[0]
        bases = [candidate.change.standard for candidate in gathered.candidates if candidate.change.base is not None]
        present = frozenset(path for base in bases for path in base.documents)
        documents = tuple(path for path in gathered.request.documents if path in present)
        self._keep("yardstick", Hints(roots=first.features.roots, documents=documents))
        name = first.change.head_branch or subject.named
        if name is None:
            return False
        folders = first.features.folders[:_MOST_HINTED_FOLDERS]
        numbers = tuple(dict.fromkeys(f"{folder.number}-" for folder in folders if folder.number))
        before = self._stored(f"branch:{name}")
        self._keep(f"branch:{name}", Hints(folders=tuple(folder.path for folder in folders), prefixes=numbers))
        return before is not None and before.prefixes != numbers

    def _keep(self, key: str, hints: Hints) -> None:
        text = msgspec.json.encode(hints).decode()
        if self.store.remembered(self.repository, key) != text:
            self.store.remember(self.repository, key, text)


def _matters(file: ChangedFile, candidate: Candidate) -> bool:
    """Whether the old path of a moved document can change the verdict: it may be in a feature folder, or code."""
    if file.status is not FileStatus.RENAMED or file.previous is not None:
        return False
    return not counts_as_code(file.path, candidate.config_in_force.config, candidate.features.roots)
