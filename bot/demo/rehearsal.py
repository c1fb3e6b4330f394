"""Open each head of a repository as a pull request in a sandbox, and collect Plangate's verdicts.

The sandbox holds one repository. Merged heads come first: the default branch points to the commit before the merge, and
moves on once that head has its verdict. Then the open heads come, all at once. Plangate is installed before the first
commit, so that no feature counts as legacy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.forge.errors import UserError
from bot.demo.theatre import LateError
from bot.sandbox.acts import pulls
from bot.sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.demo.heads import Head, Programme
    from bot.demo.mirror import Mirror
    from bot.demo.theatre import Cost, Theatre
    from bot.sandbox.state import CheckRun, PullRequest, Repository

AUTHOR = "you"
VERDICT_SECONDS = 60.0
"""Seconds to wait for one verdict before the rehearsal goes on without it."""
QUIET_SECONDS = 0.15
MAX_LATE = 3
"""Heads in a row without a verdict after which the rehearsal ends."""
_NO_HOUR = 1_000_000_000
_LONGEST_BRANCH = 200


@dataclass(frozen=True, slots=True)
class HeadResult:
    """Plangate's verdict on a head."""

    head: Head
    pull: int | None
    """The pull request's number in the sandbox."""
    run: CheckRun | None
    cost: Cost | None
    problem: str | None = None
    """Why there is no verdict."""

    @property
    def stops(self) -> bool:
        """Whether a required check would block the merge."""
        return self.run is not None and not pulls.passes(self.run.conclusion)


@dataclass
class Rehearsal:
    """Plays a programme: opens a pull request for each head, and prints each verdict."""

    theatre: Theatre
    mirror: Mirror
    programme: Programme
    name: str
    """`owner/name` of the repository."""
    _repository: Repository = field(init=False)
    _taken: set[str] = field(init=False, default_factory=set)

    def prepare(self) -> None:
        """Create the repository, and install Plangate before the first commit."""
        world = self.theatre.world
        world.hub.limits.budget.update(dict.fromkeys(world.hub.limits.budget, _NO_HOUR))
        owner, _, name = self.name.partition("/")
        branch = self._branch(self.programme.base_name)
        self._repository = world.create_repository(
            owner, name, {"README.md": "Before the first commit.\n"}, default_branch=branch, author=AUTHOR
        )
        borrowed = self._repository.git.path / "objects/info/alternates"
        borrowed.write_text(f"{self.mirror.objects}\n", encoding="utf-8")
        self._repository.git.close()  # a reader that runs already would never look there
        world.user(AUTHOR, role="maintain", repository=self._repository)
        world.install(owner, [self._repository])
        self.theatre.wait_for_a_look()

    @property
    def repository(self) -> Repository:
        """The repository in the sandbox."""
        return self._repository

    def play(self) -> Iterator[HeadResult]:
        """Yield each head's verdict. Raises `UserError` after `MAX_LATE` heads without one."""
        late = 0
        for head in self.programme.heads:
            result = self._play(head)
            late = late + 1 if result.run is None else 0
            yield result
            if late == MAX_LATE:
                raise UserError(f"No verdict came on {MAX_LATE} heads in a row:\n{self.theatre.log_tail()}")
        self._point(self._repository.default_branch, self.programme.base)

    def settled(self, results: list[HeadResult]) -> list[HeadResult]:
        """The same heads with their final verdicts, since a later head may change an earlier verdict."""
        self.theatre.wait_until_quiet()
        latest = (self.theatre.world.check_runs(self._repository, result.head.sha) for result in results)
        return [replace(result, run=runs[0]) if runs else result for result, runs in zip(results, latest, strict=True)]

    def _play(self, head: Head) -> HeadResult:
        world = self.theatre.world
        branch = self._branch(head.name)
        self._point(self._repository.default_branch, head.base)
        self._point(branch, head.sha)
        watch = self.theatre.watch()
        try:
            pull = world.open_pull_request(self._repository, branch, title=head.title, author=AUTHOR)
        except ApiError as error:
            return HeadResult(head, None, None, None, f"GitHub would refuse it: {error}")
        try:
            run = self.theatre.wait_for_run(self._repository, head.sha, _completed, VERDICT_SECONDS)
            self.theatre.wait_until_quiet(QUIET_SECONDS)
        except LateError:
            return HeadResult(head, pull.number, None, None, f"no verdict within {VERDICT_SECONDS:.0f} seconds")
        result = HeadResult(head, pull.number, run, watch.cost())
        if head.landed is not None:
            self._land(pull, branch, head.landed)
        return result

    def _land(self, pull: PullRequest, branch: str, landed: str) -> None:
        """Merge the pull request and delete its branch, as in the original repository."""
        world = self.theatre.world
        with world.lock:
            pull.merge_sha = landed
            pulls.set_merged(world.hub, pull, world.user(AUTHOR))
        self._point(branch, None)
        self._taken.discard(branch)
        self.theatre.wait_until_quiet(QUIET_SECONDS)

    def _point(self, branch: str, sha: str | None) -> None:
        """Move, create or remove a branch without sending deliveries."""
        repository, ref = self._repository, f"refs/heads/{branch}"
        with self.theatre.world.lock:
            if repository.refs.get(ref) == sha:
                return
            repository.git.set_refs({ref: sha})
            repository.refs = repository.git.refs()

    def _branch(self, name: str) -> str:
        """A branch's name in the sandbox: the same, without characters that pages and commands would have to quote."""
        plain = re.sub(r"[^\w./+@#=-]", "-", name, flags=re.ASCII)[-_LONGEST_BRANCH:].strip("./-") or "branch"
        plain = re.sub(r"\.lock(?=/|$)|\.\.+|/\.|\.(?=/)|@\{|//+", "-", plain)
        taken = self._taken
        if any(plain == name or plain.startswith(f"{name}/") or name.startswith(f"{plain}/") for name in taken):
            plain = f"again/{len(taken)}/{plain.rpartition('/')[2]}"
        taken.add(plain)
        return plain


def _completed(run: CheckRun) -> bool:
    return run.status == "completed"
