"""GitHub with its pen taken away: everything is read as it is, and what would be written is told instead."""

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
"""The id of what was not written."""


@dataclass(frozen=True, slots=True)
class UnwrittenForges:
    """`core.ports.Forges` whose repositories cannot be written to."""

    real: Forges
    tell: Callable[[str, str], None]
    """Gets what would be written: a line that names it, and its whole text."""

    def installations(self) -> Sequence[Installation]:
        """See `Forges.installations`."""
        return self.real.installations()

    def installation(self, installation: int) -> Installation | None:
        """See `Forges.installation`."""
        return self.real.installation(installation)

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """See `Forges.whereabouts`."""
        return self.real.whereabouts(installation, repository)

    def room(self, installation: int, delivery: str) -> float | None:
        """See `Forges.room`."""
        return self.real.room(installation, delivery)

    def spent(self) -> Spent:
        """See `Forges.spent`."""
        return self.real.spent()

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> Forge:
        """See `Forges.open`; the token may read only."""
        reading = dict.fromkeys(rights, "read")
        return UnwrittenForge(self.real.open(installation, repository, reading), self.tell)

    def granted(self, installation: int) -> Mapping[str, str]:
        """See `Forges.granted`."""
        return self.real.granted(installation)

    def open_owners(self, installation: int, owner: str) -> Forge:
        """See `Forges.open_owners`."""
        return self.real.open_owners(installation, owner)


@dataclass(frozen=True, slots=True)
class UnwrittenForge:
    """`core.ports.Forge` that reads and tells."""

    real: Forge
    tell: Callable[[str, str], None]

    def read(self, question: ReadRequest) -> RepositoryView:
        """See `Forge.read`."""
        return self.real.read(question)

    def compare(self, base: str, head: str) -> Comparison:
        """See `Forge.compare`."""
        return self.real.compare(base, head)

    def arrival(self, commit: str, folder: str, branch: str) -> FolderHistory | None:
        """See `Forge.arrival`."""
        return self.real.arrival(commit, folder, branch)

    def changed_files(self, number: int) -> tuple[ChangedFile, ...]:
        """See `Forge.changed_files`."""
        return self.real.changed_files(number)

    def issue(self, number: int) -> Issue:
        """See `Forge.issue`."""
        return self.real.issue(number)

    def role(self, login: str) -> Role:
        """See `Forge.role`."""
        return self.real.role(login)

    def branches(self) -> tuple[str, ...]:
        """See `Forge.branches`."""
        return self.real.branches()

    def open_pull_requests(self, base: str | None) -> tuple[int, ...]:
        """See `Forge.open_pull_requests`."""
        return self.real.open_pull_requests(base)

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """See `Forge.open_heads`."""
        return self.real.open_heads(root)

    def pull_requests_of(self, branch: str) -> tuple[PullRequestOf, ...]:
        """See `Forge.pull_requests_of`."""
        return self.real.pull_requests_of(branch)

    def find_comment(self, number: int, marker: str) -> Comment | None:
        """See `Forge.find_comment`."""
        return self.real.find_comment(number, marker)

    def commit_files(self, wanted: NewCommit) -> str:
        """Tells of the commit; the id is nobody's."""
        self.tell(f"commit to {wanted.branch}", "\n".join(wanted.files))
        return "0" * 40

    def open_pull_request(self, wanted: NewPullRequest) -> int:
        """Tells of the pull request."""
        self.tell(f"open a draft pull request from {wanted.branch}", wanted.body)
        return _NOWHERE

    def publish(self, run: CheckRun) -> Run:
        """Tells of the check run."""
        output = run.output
        self.tell(
            f"write check run {output.name} on {run.head_sha}: {output.conclusion.value}, {output.title}",
            output.summary,
        )
        return Run(_NOWHERE, output.name, True, output.conclusion.value, run.external_id, "")  # noqa: FBT003  completed

    def comment(self, number: int, body: str) -> Comment:
        """Tells of the comment."""
        self.tell(f"comment on {number}", body)
        return Comment(_NOWHERE, "", body)

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Tells of the new text."""
        self.tell(f"edit comment {comment.id}", body)
        return comment

    def show_comment(self, comment: Comment, *, minimized: bool) -> None:
        """Tells of the folding."""
        self.tell(f"{'fold away' if minimized else 'unfold'} comment {comment.id}", "")

    def react(self, node: str, reaction: Reaction) -> frozenset[Reaction]:  # noqa: ARG002  the port's signature
        """Tells of the reaction."""
        self.tell(f"react with {reaction.value.lower()}", "")
        return frozenset()
