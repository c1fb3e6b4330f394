"""Reading for one job: the questions of `core.needs` are put to GitHub until none is left."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from bot.core.change.trees import FileStatus, FolderHistory, Tree
from bot.core.config.in_force import PATHS
from bot.core.deciding import candidates, needs
from bot.core.deciding.needs import Hints, Subject
from bot.core.features.chosen import which_features
from bot.core.features.code import counts_as_code
from bot.core.features.folders import specs_roots
from bot.core.forge.errors import ForgeError
from bot.core.forge.facts import Comparison, ReadRequest, joined, together
from bot.core.judging.since_branch import edits_yardstick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.core.change.trees import ChangedFile
    from bot.core.deciding.candidates import Candidate, RepositoryRecord
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.ports import Forge, Store

MAX_ROUNDS = 60
"""Questions about one head. Two are enough unless presets name further files, or a change touches many features. What
would take more is not judged: a part of it would pass for the whole."""

_MOST_HINTED_FOLDERS = 4
_MOST_ARRIVALS = 3
_NO_COMPARISON = Comparison(0, "", ())


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read about one head, and what is to be judged on it."""

    asked: ReadRequest
    answer: RepositoryView
    candidates: tuple[Candidate, ...]
    renumbered: bool = False
    """The branch holds other numbers than when it was last looked at."""


@dataclass(slots=True)
class Gatherer:
    """Reads one repository for one job."""

    forge: Forge
    store: Store
    repository: int
    known: RepositoryRecord
    first_sight: Callable[[RepositoryView, RepositoryRecord], RepositoryRecord] | None = None
    """What is known once the repository is seen, where it was never seen before."""
    _comparisons: dict[tuple[str, str], Comparison] = field(default_factory=dict)

    def gather(self, subject: Subject, *, merge_base_branch: str | None = None, whole: bool = False) -> Gathered:
        """Everything about the subject. `whole` judges a branch even where its name and folders show no feature.

        Raises `ForgeError`, also when a commit moved between two reads.
        """
        asked = needs.first(subject, self._hints(subject))
        answer = self.forge.read(asked)
        found: tuple[Candidate, ...] = ()
        for _ in range(MAX_ROUNDS):
            if self.first_sight is not None:
                self.known = self.first_sight(answer, self.known)
            found = self._candidates(answer, subject, merge_base_branch, whole=whole)
            more = needs.further(asked, answer, [(one.change, one.config_in_force) for one in found])
            if more is None:
                break
            asked, answer = self._ask(asked, answer, more)
        else:
            raise ForgeError(f"What this change touches takes more than {MAX_ROUNDS} reads.")
        gathered = Gathered(asked, answer, found)
        return replace(gathered, renumbered=self._remember(subject, gathered))

    def _ask(self, asked: ReadRequest, answer: RepositoryView, more: ReadRequest) -> tuple[ReadRequest, RepositoryView]:
        further = self.forge.read(more)
        if asked.head is None:
            return more, further
        together = joined(answer, further)
        if together is None:
            raise ForgeError("A branch moved while we read it.", retry_after=1.0)
        return needs.extended(asked, more), together

    def _candidates(
        self, answer: RepositoryView, subject: Subject, merge_base_branch: str | None, *, whole: bool
    ) -> tuple[Candidate, ...]:
        if answer.head is None:
            return ()
        if merge_base_branch is not None:
            before = answer.before.sha if answer.before is not None else None
            comparison = self._compare(before or "", answer.head.sha)
            group = candidates.of_merge_group(answer, merge_base_branch, comparison, self.known)
            return (group,) if group is not None else ()
        found = candidates.of_pull_requests(answer, self.known)
        if found:
            return tuple(self._with_moves(one, answer) for one in found)
        branch = subject.branch or (subject.named if whole else None)
        # Of a closed pull request's branch too little was asked; whoever means the branch asks for it by itself.
        if not whole and (branch is None or branch == answer.default_branch or subject.number is not None):
            return ()
        one = self._of_branch(answer, branch, whole=whole)
        return (one,) if one is not None else ()

    def _of_branch(self, answer: RepositoryView, branch: str | None, *, whole: bool) -> Candidate | None:
        """The branch as a candidate. Without a sign of a feature in names and folders it costs no comparison."""
        guess = candidates.of_branch(answer, branch, _NO_COMPARISON, self.known)
        if guess is None or answer.default is None or answer.head is None:
            return None
        decision = which_features(guess.change, guess.config_in_force.config)
        if not whole and decision.own is None and not decision.head.keys() - decision.base.keys():
            return None
        comparison = self._compare(answer.default.sha or "", answer.head.sha)
        if comparison.ahead_by == 0 and not whole:
            # A check run belongs to the commit, and would show on the default branch, too.
            return None
        return candidates.of_branch(answer, branch, comparison, self.known)

    def since_branched(self, one: Candidate, gathered: Gathered) -> Candidate:
        """The candidate with the yardstick where it left its base, if that may be another one; most often no read."""
        base, head = one.change.base, one.change.head
        if base is None or head.sha is None or one.cut or not needs.left_early(one.change):
            return one
        if edits_yardstick(one.change.changed) or edits_yardstick(self._moved(one)):
            return one
        found = self._where_it_left(gathered, head.sha)
        if found is None:
            return one
        paths = {*found.documents, *gathered.asked.documents} - frozenset(PATHS)
        if all(found.documents.get(path) == base.documents.get(path) for path in paths):
            return one
        return replace(one, change=replace(one.change, merge_base=Tree(head.sha, {}, found.documents)))

    def _where_it_left(self, gathered: Gathered, head: str) -> Tree | None:
        """The yardstick as the branch's own tree has it; None where not all of it can be read."""
        asked, along = gathered.asked, needs.came_along(gathered.asked, gathered.answer)
        found, left = Tree(head), ReadRequest(before=head)
        if along is not None:
            found, left = along, replace(left, base_roots=asked.base_roots, documents=asked.documents)
        for _ in range(MAX_ROUNDS):
            more = needs.where_it_left(asked, left, found)
            if more is None:
                return found
            answer = self.forge.read(more).before
            if answer is None:
                return None
            found, left = together(found, answer), needs.extended(left, more)
        return None

    def _moved(self, one: Candidate) -> Iterable[ChangedFile]:
        """The changed files with where all of them came from, asked for where that is not known."""
        number, changed = one.change.pull_request, one.change.changed
        unknown = any(file.status is FileStatus.RENAMED and file.previous is None for file in changed)
        return self.forge.changed_files(number) if number is not None and unknown else ()

    def with_arrivals(self, one: Candidate, folders: Iterable[str]) -> Candidate:
        """The candidate with how these folders came to its base; a read for each.

        What is told so decides nothing: where GitHub does not answer, the verdict does without.
        """
        base, branch = one.change.base, one.change.base_branch
        if base is None or base.sha is None or branch is None:
            return one
        found: dict[str, FolderHistory] = {}
        for folder in islice(folders, _MOST_ARRIVALS):
            with suppress(ForgeError):
                arrival = self.forge.arrival(base.sha, folder, branch)
                found |= {folder: arrival} if arrival is not None else {}
        if found and one.pull is not None:
            own = which_features(one.change, one.config_in_force.config).folders
            found |= {folder.path: FolderHistory(one.pull.created_at[:10]) for folder in own}
        return replace(one, change=replace(one.change, folder_histories=found))

    def _compare(self, base: str, head: str) -> Comparison:
        key = (base, head)
        if key not in self._comparisons:
            self._comparisons[key] = self.forge.compare(base, head)
        return self._comparisons[key]

    def _with_moves(self, one: Candidate, answer: RepositoryView) -> Candidate:
        """GraphQL does not say where a moved file came from; where that decides, REST is asked."""
        number = one.change.pull_request
        if number is None or number in self.known.moved or not any(_matters(file, one) for file in one.change.changed):
            return one
        moved = {**self.known.moved, number: self.forge.changed_files(number)}
        self.known = replace(self.known, moved=moved)
        again = candidates.of_pull_requests(answer, self.known)
        return next(other for other in again if other.change.pull_request == number)

    def _hints(self, subject: Subject) -> Hints:
        found = self._stored("yardstick") or Hints()
        name = subject.named or subject.branch
        of_branch = self._stored(f"branch:{name}") if name else None
        return (
            found
            if of_branch is None
            else msgspec.structs.replace(found, folders=of_branch.folders, prefixes=of_branch.prefixes)
        )

    def _stored(self, key: str) -> Hints | None:
        stored = self.store.remembered(self.repository, key)
        if stored is None:
            return None
        try:
            return msgspec.json.decode(stored, type=Hints)
        except msgspec.DecodeError:
            return None

    def _remember(self, subject: Subject, gathered: Gathered) -> bool:
        """Keep what would have made the first question the only one; whether the branch's numbers are news."""
        if not gathered.candidates:
            return False
        config = gathered.candidates[0].config_in_force.config
        bases = [one.change.base for one in gathered.candidates if one.change.base is not None]
        known = frozenset(path for base in bases for path in base.documents)
        documents = tuple(path for path in gathered.asked.documents if path in known)
        change = gathered.candidates[0].change
        roots = specs_roots(config, change.head, change.base)
        self._keep("yardstick", Hints(roots=roots, documents=documents))
        name = change.head_branch or subject.named
        if name is None:
            return False
        folders = which_features(change, config).folders[:_MOST_HINTED_FOLDERS]
        numbers = tuple(dict.fromkeys(f"{folder.number}-" for folder in folders if folder.number))
        paths = tuple(folder.path for folder in folders)
        before = self._stored(f"branch:{name}")
        self._keep(f"branch:{name}", Hints(folders=paths, prefixes=numbers))
        return before is not None and before.prefixes != numbers

    def _keep(self, key: str, what: Hints) -> None:
        text = msgspec.json.encode(what).decode()
        if self.store.remembered(self.repository, key) != text:
            self.store.remember(self.repository, key, text)


def _matters(file: ChangedFile, one: Candidate) -> bool:
    """A moved document: it may come from a feature folder, or have been code."""
    if file.status is not FileStatus.RENAMED or file.previous is not None:
        return False
    roots = specs_roots(one.config_in_force.config, one.change.head, one.change.base)
    return not counts_as_code(file.path, one.config_in_force.config, roots)
