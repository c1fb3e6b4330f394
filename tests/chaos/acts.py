"""What people do in a few repositories: all that makes a head come, move, change its base or go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import ApiError
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from bot.sandbox.state import Installation, PullRequest, Repository, User
    from bot.sandbox.world import World

JUSTIFIED = "| I. Library First: no library | it has three lines | a library would be longer than its use |\n"
PLANS = (plan("FAIL"), plan("FAIL", rows=JUSTIFIED), plan(), plan("PASS", "FAIL"))
MOST_OPEN = 12
"""Open pull requests in one repository."""


class Acts:
    """Two accounts with two repositories each."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self._world, self._dice = world, dice
        self.repositories: list[Repository] = []
        self.came_anew = False
        """The App was away somewhere, and what was known there is forgotten."""
        self._branches = 0
        for owner in ("acme", "globex"):
            made = [
                world.create_repository(owner, name, {"README.md": f"# {name}\n", **SPEC_KIT})
                for name in ("ferry", "boat")
            ]
            world.install(owner, made)
            self.repositories += made
        for repository in self.repositories:
            repository.required_checks = {"plangate"}
            world.push(repository, "lax", {".specify/memory/constitution.md": None}, author="ada")
        self._deeds: tuple[tuple[int, Callable[[Repository], object]], ...] = (
            (10, self._push),
            (6, self._open),
            (2, self._open_from_fork),
            (2, self._force_back),
            (2, self._retarget),
            (2, self._second_pull),
            (2, self._draft_and_ready),
            (2, self._close_or_reopen),
            (2, self._rerun),
            (4, self._lay_on_top),
            (1, self._stack),
            (1, self._unstack),
            (1, self._merge_stack),
            (1, self._lock_or_unlock),
            (1, self._begin_anew),
            (1, self._delete_branch),
            (2, self._enqueue),
            (1, self._work_queue),
            (1, self._dequeue),
            (1, self._merge),
            (1, self._rename),
            (1, self._suspend),
            (1, self._uninstall_or_install),
            (1, self._take_out_or_put_in),
            (1, self._lose_fork),
            (1, self._push_default),
        )

    def act(self) -> None:
        """One thing that somebody does; what GitHub refuses is not done."""
        weights = [weight for weight, _ in self._deeds]
        ((_, deed),) = self._dice.choices(self._deeds, weights)
        try:
            deed(self._dice.choice(self.repositories))
        except ApiError:
            return

    def open_pulls(self) -> list[PullRequest]:
        """Everywhere."""
        with self._world.lock:
            return [pull for repository in self.repositories for pull in repository.pulls.values() if pull.open]

    def move_a_head(self) -> None:
        """Somebody pushes at the very moment."""
        self._push(self._dice.choice(self.repositories))

    def _pull(self, repository: Repository) -> PullRequest | None:
        pulls = [pull for pull in repository.pulls.values() if pull.open]
        return self._dice.choice(pulls) if pulls else None

    def _push(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is None or pull.head is None:
            self._open(repository)
            return
        name = pull.head_ref
        files = {f"specs/{name}/plan.md": self._dice.choice(PLANS) + f"\n<!-- {self._dice.random()} -->\n"}
        self._world.push(pull.head, name, files, author="ada")

    def _new_branch(self, repository: Repository, start: str | None = None) -> str:
        self._branches += 1
        name = f"{self._branches % 900 + 1:03}-x{self._branches}"
        self._world.push(
            repository, name, feature(f"specs/{name}", self._dice.choice(PLANS)), author="ada", start=start
        )
        return name

    def _open(self, repository: Repository) -> None:
        if sum(pull.open for pull in repository.pulls.values()) >= MOST_OPEN:
            self._close_or_reopen(repository)
            return
        name = self._new_branch(repository)
        draft = self._dice.random() < 0.2
        self._world.open_pull_request(repository, name, author="ada", draft=draft)

    def _open_from_fork(self, repository: Repository) -> None:
        if sum(pull.open for pull in repository.pulls.values()) >= MOST_OPEN:
            return
        self._branches += 1
        fork = self._world.fork(repository, f"eve{self._branches}")
        name = self._new_branch(fork)
        self._world.open_pull_request(repository, name, author=f"eve{self._branches}", fork=fork)

    def _force_back(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is None or pull.head is not repository:
            return
        parent = repository.git.commit(pull.head_sha)
        if parent is not None and parent.parents and parent.parents[0] != repository.head():
            self._world.branch(repository, pull.head_ref, parent.parents[0], author="ada")

    def _retarget(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None:
            self._world.retarget(pull, "lax" if pull.base_ref == "main" else "main", author="ada")

    def _second_pull(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None and pull.head is repository and pull.base_ref == "main":
            self._world.open_pull_request(repository, pull.head_ref, "lax", author="bob")

    def _lay_on_top(self, repository: Repository) -> None:
        """Open a pull request onto the branch of another; some lower ones weaken the constitution."""
        pull = self._pull(repository)
        if pull is None or pull.head is not repository or len(self._chain(pull)) > 3:
            return
        if self._dice.random() < 0.3:
            self._world.push(repository, pull.head_ref, {".specify/memory/constitution.md": None}, author="ada")
        name = self._new_branch(repository, start=pull.head_ref)
        self._world.open_pull_request(repository, name, pull.head_ref, author="ada")

    def _chain(self, pull: PullRequest) -> list[PullRequest]:
        """The open pull requests from the lowest to this one, each onto the branch of the one before it."""
        chain = [pull]
        while (lower := self._below(chain[0])) is not None and lower not in chain:
            chain.insert(0, lower)
        return chain

    @staticmethod
    def _below(pull: PullRequest) -> PullRequest | None:
        candidates = pull.base.pulls.values()
        return next((p for p in candidates if p.open and p.head is pull.base and p.head_ref == pull.base_ref), None)

    def _stack(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None:
            self._world.stack(*self._chain(pull), author="ada")

    def _unstack(self, repository: Repository) -> None:
        if repository.stacks:
            self._world.unstack(self._dice.choice(list(repository.stacks.values())))

    def _merge_stack(self, repository: Repository) -> None:
        queued = {group.pull.number for group in repository.queue}
        stacks = [s for s in repository.stacks.values() if queued.isdisjoint(layer.number for layer in s.layers)]
        if stacks:
            self._world.merge_stack(self._dice.choice(stacks), author="ada", admin=True)

    def _lock_or_unlock(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None:
            self._world.lock_conversation(repository, pull.number, lift=pull.issue.locked)

    def _begin_anew(self, repository: Repository) -> None:
        """Put a commit without parents on a branch."""
        pull = self._pull(repository)
        commit = repository.git.commit(pull.head_sha) if pull is not None and pull.head is repository else None
        if pull is None or commit is None or self._dice.random() < 0.5:
            return
        with self._world.lock:
            orphan = repository.git.write_commit(commit.tree, [], "Begin anew", commit.author)
        self._world.branch(repository, pull.head_ref, orphan, author="ada")

    def _draft_and_ready(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None:
            for _ in range(self._dice.randrange(1, 4)):
                self._world.draft(pull, ready=pull.draft, author="ada")

    def _close_or_reopen(self, repository: Repository) -> None:
        closed = [p for p in repository.pulls.values() if not p.open and p.merged_at is None and p.head is not None]
        pull = self._pull(repository)
        if closed and self._dice.random() < 0.3:
            again = self._dice.choice(closed)
            if again.head is not None and again.head.branch(again.head_ref) == again.head_sha:
                self._world.reopen(again, author="ada")
        elif pull is not None:
            self._world.close_pull_request(pull, author="ada")

    def _rerun(self, repository: Repository) -> None:
        pull = self._pull(repository)
        runs = self._world.check_runs(repository, pull.head_sha) if pull is not None else []
        if runs:
            self._world.rerequest(repository, self._dice.choice((runs[0], runs[0].suite)), author="ada")

    def _delete_branch(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None and pull.head is repository:
            self._world.delete_branch(repository, pull.head_ref, author="ada")

    def _enqueue(self, repository: Repository) -> None:
        pull = self._pull(repository)
        queued = {group.pull.number for group in repository.queue}
        if pull is not None and pull.number not in queued and pull.base_ref == "main":
            self._world.enqueue(pull, author="ada")

    def _work_queue(self, repository: Repository) -> None:
        self._world.work_queue(repository, author="ada")

    def _dequeue(self, repository: Repository) -> None:
        if repository.queue:
            self._world.dequeue(self._dice.choice(repository.queue), author="ada")

    def _merge(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None and pull.number not in {group.pull.number for group in repository.queue}:
            self._world.merge(pull, author="ada", admin=True)

    def _rename(self, repository: Repository) -> None:
        if self._dice.random() < 0.2:
            self._branches += 1
            self._world.rename(repository, f"{repository.name.rstrip('0123456789')}{self._branches}")

    def _suspend(self, repository: Repository) -> None:
        if self._dice.random() < 0.2:
            installation = self._world.hub.state.installation_of(self._world.app, repository)
            if installation is not None:
                self._world.suspend(installation)
                self._world.suspend(installation, lift=True)

    def put_back(self) -> None:
        """Install the App again wherever it is away, so that every repository has it."""
        for repository in self.repositories:
            if self._world.hub.state.installation_of(self._world.app, repository) is None:
                self._install(repository)

    def _installation(self, owner: User) -> Installation | None:
        state = self._world.hub.state
        return next(
            (installation for installation in state.installations.values() if installation.account is owner), None
        )

    def _install(self, repository: Repository) -> None:
        self.came_anew = True
        installation = self._installation(repository.owner)
        if installation is None:
            self._world.install(
                repository.owner, [mine for mine in self.repositories if mine.owner is repository.owner]
            )
        else:
            self._world.add_repositories(installation, repository)

    def _uninstall_or_install(self, repository: Repository) -> None:
        """With it goes all that is known of the account's repositories; they come back as new ones."""
        installation = self._installation(repository.owner)
        if installation is None:
            self._install(repository)
        elif self._dice.random() < 0.3:
            self._world.uninstall(installation)
            if self._dice.random() < 0.5:
                self._install(repository)

    def _take_out_or_put_in(self, repository: Repository) -> None:
        installation = self._installation(repository.owner)
        if installation is None or repository.id not in installation.repositories:
            self._install(repository)
        elif self._dice.random() < 0.3:
            self._world.remove_repositories(installation, repository)
            if self._dice.random() < 0.5:
                self._install(repository)

    def _lose_fork(self, repository: Repository) -> None:
        pull = self._pull(repository)
        if pull is not None and pull.head is not None and pull.head is not repository:
            self._world.delete_repository(pull.head)

    def _push_default(self, repository: Repository) -> None:
        """The yardstick moves for everybody."""
        text = SPEC_KIT[".specify/memory/constitution.md"].replace("1.0.0", f"1.0.{self._dice.randrange(9)}")
        self._world.push(repository, "main", {".specify/memory/constitution.md": text}, author="ada")
