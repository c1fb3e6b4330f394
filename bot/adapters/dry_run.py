"""A forge for dry runs: it reads from GitHub, and prints what it would write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.forge.facts import Comment, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.change.trees import ChangedFile, FolderHistory, OtherHead
    from bot.core.forge.effects import CheckRun, Reaction
    from bot.core.forge.events import RepositoryRef
    from bot.core.forge.facts import Comparison, Issue, ReadRequest, RepositoryView, Spent
    from bot.core.forge.ports import Forge, Forges
    from bot.core.forge.roles import Role
    from bot.core.forge.stored import Installation
    from bot.core.forge.writing import NewCommit, NewPullRequest, PullRequestOf

_NOWHERE = 0
"""The id of everything that was not written."""


@dataclass(frozen=True, slots=True)
class UnwrittenForges:
    """Implements `bot.core.forge.ports.Forges` without writes."""

    real: Forges
    tell: Callable[[str, str], None]
    """Receives each write that was left out: a line that names it, and its text."""

    def installations(self) -> Sequence[Installation]:
        """Implements `Forges.installations`."""
        return self.real.installations()

    def installation(self, installation: int) -> Installation | None:
        """Implements `Forges.installation`."""
        return self.real.installation(installation)

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """Implements `Forges.whereabouts`."""
        return self.real.whereabouts(installation, repository)

    def room(self, installation: int, delivery: str) -> float | None:
        """Implements `Forges.room`."""
        return self.real.room(installation, delivery)

    def spent(self) -> Spent:
        """Implements `Forges.spent`."""
        return self.real.spent()

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> Forge:
        """See `Forges.open`; the token may read only."""
        reading = dict.fromkeys(rights, "read")
        return UnwrittenForge(self.real.open(installation, repository, reading), self.tell)

    def granted(self, installation: int) -> Mapping[str, str]:
        """Implements `Forges.granted`."""
        return self.real.granted(installation)

    def open_owners(self, installation: int, owner: str) -> Forge:
        """Implements `Forges.open_owners`."""
        return self.real.open_owners(installation, owner)


@dataclass(frozen=True, slots=True)
class UnwrittenForge:
    """Implements `bot.core.forge.ports.Forge` without writes."""

    real: Forge
    tell: Callable[[str, str], None]

    def read(self, question: ReadRequest) -> RepositoryView:
        """Implements `Forge.read`."""
        return self.real.read(question)

    def compare(self, base: str, head: str) -> Comparison:
        """Implements `Forge.compare`."""
        return self.real.compare(base, head)

    def arrival(self, commit: str, folder: str, branch: str) -> FolderHistory | None:
        """Implements `Forge.arrival`."""
        return self.real.arrival(commit, folder, branch)

    def changed_files(self, number: int) -> tuple[ChangedFile, ...]:
        """Implements `Forge.changed_files`."""
        return self.real.changed_files(number)

    def issue(self, number: int) -> Issue:
        """Implements `Forge.issue`."""
        return self.real.issue(number)

    def role(self, login: str) -> Role:
        """Implements `Forge.role`."""
        return self.real.role(login)

    def branches(self) -> tuple[str, ...]:
        """Implements `Forge.branches`."""
        return self.real.branches()

    def open_pull_requests(self, base: str | None) -> tuple[int, ...]:
        """Implements `Forge.open_pull_requests`."""
        return self.real.open_pull_requests(base)

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """Implements `Forge.open_heads`."""
        return self.real.open_heads(root)

    def pull_requests_of(self, branch: str) -> tuple[PullRequestOf, ...]:
        """Implements `Forge.pull_requests_of`."""
        return self.real.pull_requests_of(branch)

    def find_comment(self, number: int, marker: str) -> Comment | None:
        """Implements `Forge.find_comment`."""
        return self.real.find_comment(number, marker)

    def commit_files(self, wanted: NewCommit) -> str:
        """Report the commit; return an invalid id."""
        self.tell(f"commit to {wanted.branch}", "\n".join(wanted.files))
        return "0" * 40

    def open_pull_request(self, wanted: NewPullRequest) -> int:
        """Report the pull request."""
        self.tell(f"open a draft pull request from {wanted.branch}", wanted.body)
        return _NOWHERE

    def publish(self, run: CheckRun) -> Run:
        """Report the check run."""
        output = run.output
        self.tell(
            f"write check run {output.name} on {run.head_sha}: {output.conclusion.value}, {output.title}",
            output.summary,
        )
        return Run(_NOWHERE, output.name, True, output.conclusion.value, run.external_id, "")  # noqa: FBT003  completed

    def comment(self, number: int, body: str) -> Comment:
        """Report the comment."""
        self.tell(f"comment on {number}", body)
        return Comment(_NOWHERE, "", body)

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Report the new text."""
        self.tell(f"edit comment {comment.id}", body)
        return comment

    def show_comment(self, comment: Comment, *, minimized: bool) -> None:
        """Report that the comment would be minimized or restored."""
        self.tell(f"{'minimize' if minimized else 'restore'} comment {comment.id}", "")

    def react(self, node: str, reaction: Reaction) -> frozenset[Reaction]:  # noqa: ARG002  the port's signature
        """Report the reaction."""
        self.tell(f"react with {reaction.value.lower()}", "")
        return frozenset()
