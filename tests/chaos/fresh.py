"""What a fresh look at an open head says: Plangate's own evaluation, blind to runs that are there, writing nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.app.service import Service
from bot.core.forge.events import MergeGroupRequested, RepositoryRef, SweepDue
from bot.core.forge.facts import Run
from bot.core.forge.job_keys import new_job
from bot.core.forge.outcome import Done
from bot.core.forge.ports import LeasedJob
from bot.host import bootstrap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.forge.effects import CheckRun
    from bot.core.forge.events import Event
    from bot.core.forge.facts import ReadRequest, RepositoryView
    from bot.core.forge.ports import Forge, Forges, NewJob
    from bot.sandbox.state import Group, PullRequest, Repository
    from tests.chaos.site import Site


class _Blind:
    """A forge that shows no runs and takes down what would be written."""

    def __init__(self, forge: Forge, written: list[CheckRun]) -> None:
        self._forge, self._written = forge, written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._forge, name)

    def read(self, request: ReadRequest) -> RepositoryView:
        view = self._forge.read(request)
        return view if view.head is None else replace(view, head=replace(view.head, runs=()))

    def publish(self, run: CheckRun) -> Run:
        self._written.append(run)
        return Run(0, "plangate", completed=True, conclusion=None, external_id=run.external_id, url="")

    def comment(self, _number: int, _body: str) -> Any:
        raise _Written

    def edit_comment(self, _comment: object, _body: str) -> Any:
        raise _Written

    def show_comment(self, _comment: object, *, minimized: bool) -> Any:
        raise _Written(minimized)


class _Written(Exception):  # noqa: N818  it only ends the look: the run comes before the comments
    pass


@dataclass(frozen=True, slots=True)
class _Forges:
    forges: Forges
    written: list[CheckRun] = field(default_factory=list)

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> Any:
        return _Blind(self.forges.open(installation, repository, rights), self.written)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.forges, name)


class _NoQueue:
    def put(self, _job: NewJob) -> bool:
        return True


class Fresh:
    """Looks at heads with what the store knows, once Plangate's processes are ended."""

    def __init__(self, site: Site) -> None:
        self._site = site
        store = site.storage.store()
        repositories = bootstrap.clients(site.settings, site.clock)
        service = bootstrap.service(site.settings, site.queue, store, repositories, repositories.clock)
        assert isinstance(service, Service)
        self._forges = _Forges(service.forges)
        self._service = replace(service, forges=self._forges, queue=_NoQueue())  # type: ignore[arg-type]

    def of_pull(self, pull: PullRequest) -> CheckRun | None:
        """The run that its head should have."""
        about = self._about(pull.base)
        return self._look(SweepDue(**about, number=pull.number, reason="to compare"))

    def of_group(self, group: Group) -> CheckRun | None:
        """Likewise of a merge group."""
        about = self._about(group.pull.base)
        return self._look(
            MergeGroupRequested(
                **about,
                head_sha=group.head_sha,
                head_ref=f"refs/heads/{group.branch}",
                base_sha=group.base_sha,
                base_ref=f"refs/heads/{group.base_ref}",
            )
        )

    def _about(self, repository: Repository) -> dict[str, Any]:
        owner, _, name = repository.full_name.partition("/")
        state = self._site.world.hub.state
        installation = state.installation_of(self._site.world.app, repository)
        assert installation is not None
        ref = RepositoryRef(id=repository.id, owner=owner, name=name, default_branch=repository.default_branch)
        return {"installation": installation.id, "repository": ref}

    def _look(self, event: Event) -> CheckRun | None:
        job = new_job("fresh", event)
        now = self._site.clock.now()
        self._forges.written.clear()
        try:
            outcome = self._service.handle(LeasedJob(0, job.delivery, job.name, job.event, job.serial, 1, now))
        except _Written:
            outcome = Done()
        assert isinstance(outcome, Done), outcome
        return self._forges.written[0] if self._forges.written else None
