"""Spoil every field of every recorded response in turn: a verdict that was red never turns green.

A spoiled response stays spoiled, however often it is read again. Success and neutral count as green, no verdict does
not.
"""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.github.repository import GitHubRepository
from bot.adapters.github.transport import GRAPHQL, Transport
from bot.core.forge.errors import ForgeError
from tests.stage import SPEC, SPEC_KIT, Stage, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.core.forge.ports import LeasedJob

Place = tuple[str | int, ...]
Response = tuple[dict[str, Any], Any]
GREEN = frozenset({"success", "neutral"})
CODE = {"src/search.py": "x = 1\n"}
NOTES = {"src/notes.md": "# Notes\n"}
RED = {**feature(), "specs/001-search/plan.md": plan("FAIL")}
SPEC_ONLY = {"specs/001-search/spec.md": SPEC}
OLD_CODE = {"src/index.py": "x = 1\n"}
MONOREPO = {**SPEC_KIT, ".github/app.yml": "plangate:\n  specs: [apps/web/specs]\n"}
IN_MONOREPO = {"apps/web/specs/001-search/spec.md": SPEC, "apps/web/src/search.py": "x = 1\n"}
STRICT = {**SPEC_KIT, ".github/app.yml": "plangate:\n  unmatched: require-feature\n"}
MISSING = object()
LEAST_SPOILED = 1_000
"""Fields that each case has to spoil at least."""


@dataclass
class Tape:
    """Answers requests as GitHub did before, with one response spoiled. Writes are noted and not sent."""

    carry: Callable[..., Response]
    responses: dict[str, str] = field(default_factory=dict)
    """JSON by request."""
    refusals: dict[str, ForgeError] = field(default_factory=dict)
    spoiled: dict[str, str] = field(default_factory=dict)
    conclusions: list[str] = field(default_factory=list)

    def answer(self, *request: Any) -> Response:
        """Stand in for `Transport.carry`."""
        _, _, verb, path, _, body = request
        if path.endswith("/check-runs"):
            if body["name"] == "plangate":
                self.conclusions.append(body["conclusion"])
            return {}, {**body, "id": 1, "html_url": ""}
        if path != GRAPHQL and verb != "GET":
            return {}, {"id": 1, "node_id": "C_1", "body": "", **body}
        name = json.dumps([verb, path, body])
        if name in self.refusals:
            raise self.refusals[name]
        if name not in self.responses:
            try:
                self.responses[name] = json.dumps(self.carry(*request)[1])
            except ForgeError as error:
                self.refusals[name] = error
                raise
        return {}, json.loads(self.spoiled.get(name, self.responses[name]))


class Outcome(Enum):
    """What a spoiled response does to the reads of a job."""

    SAME = auto()
    CHANGED = auto()
    FAILED = auto()


@dataclass
class Reads:
    """The reads of a job with their results. Only a spoiled response that changes a result need be judged."""

    calls: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = field(default_factory=list)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Note every read of a repository and every comparison from now on."""
        for name in ("read", "compare"):
            patch.setattr(GitHubRepository, name, self._noted(getattr(GitHubRepository, name)))

    def _noted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            result = method(*arguments)
            self.calls.append((method, arguments, result))
            return result

        return call

    def outcome(self) -> Outcome:
        """What the same reads bring now. The job ends without a verdict at a read that fails."""
        try:
            same = all(method(*arguments) == result for method, arguments, result in self.calls)
        except ForgeError:
            return Outcome.FAILED
        return Outcome.SAME if same else Outcome.CHANGED


def places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every field and every list element of a response."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield (*place, name), child
        yield from places(child, (*place, name))


def spoils(value: Any) -> Iterator[Any]:
    """What may stand in place of a value."""
    yield MISSING
    if value is not None:
        yield None
    if isinstance(value, list) and value:
        yield []
        yield value[:-1]
    if isinstance(value, str) and len(value) > 1:
        yield value[: len(value) // 2]


def with_spoil(response: Any, place: Place, spoil: Any) -> Any:
    """The response with another value at one place."""
    if not place:
        return spoil
    changed = copy.copy(response)
    if spoil is MISSING and len(place) == 1:
        del changed[place[0]]
    else:
        changed[place[0]] = with_spoil(response[place[0]], place[1:], spoil)
    return changed


def pull_request(
    stage: Stage, files: dict[str, str], branch: str = "001-search", base: dict[str, str] | None = None
) -> LeasedJob:
    repository = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **(base or SPEC_KIT)})
    stage.install(repository)
    stage.world.push(repository, branch, files, author="ada")
    stage.lose()
    stage.world.open_pull_request(repository, branch, author="ada")
    return leased(stage)


def branch_push(
    stage: Stage, files: dict[str, str], branch: str = "001-search", base: dict[str, str] | None = None
) -> LeasedJob:
    repository = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **(base or SPEC_KIT)})
    stage.install(repository)
    stage.world.push(repository, branch, files, author="ada")
    return leased(stage)


def branch_behind(stage: Stage, files: dict[str, str], on_main: dict[str, str]) -> LeasedJob:
    """A push to a branch that the default branch has left behind."""
    repository = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT, **OLD_CODE})
    stage.install(repository)
    stage.world.push(repository, "001-search", {"README.md": "# Ferry\n\nSearch.\n"}, author="ada")
    stage.world.push(repository, "main", on_main, author="ada")
    stage.lose()
    stage.world.push(repository, "001-search", files, author="ada")
    return leased(stage)


def merge_group(stage: Stage, files: dict[str, str]) -> LeasedJob:
    repository = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    repository.required_checks = {"plangate"}
    stage.install(repository)
    stage.world.push(repository, "001-search", files, author="ada")
    pull = stage.world.open_pull_request(repository, "001-search", author="ada")
    stage.lose()
    stage.world.enqueue(pull, author="ada")
    return leased(stage)


def leased(stage: Stage) -> LeasedJob:
    stage.deliver()
    job = stage.queue.lease("stage")
    assert job is not None
    return job


CASES: dict[str, Callable[[Stage], LeasedJob]] = {
    "a violation in a pull request": lambda stage: pull_request(stage, {**RED, **CODE}),
    "code before the plan": lambda stage: pull_request(stage, {**SPEC_ONLY, **CODE}),
    "code without a feature": lambda stage: pull_request(stage, CODE, "refactor", STRICT),
    "a violation on a branch": lambda stage: branch_push(stage, RED),
    "code before the plan on a branch": lambda stage: branch_push(stage, {**SPEC_ONLY, **CODE}),
    "code beside notes on a branch": lambda stage: branch_push(stage, {**SPEC_ONLY, **CODE, **NOTES}),
    "code beside a monorepo's specs": lambda stage: branch_push(stage, IN_MONOREPO, base=MONOREPO),
    "a branch behind main": lambda stage: branch_behind(stage, {**SPEC_ONLY, **CODE}, {"docs/use.md": "# Use\n"}),
    "a branch behind main's code": lambda stage: branch_behind(
        stage, {**SPEC_ONLY, **CODE}, {"docs/use.md": "# Use\n", "src/index.py": "x = 2\n"}
    ),
    "a violation in a merge group": lambda stage: merge_group(stage, RED),
    "code before the plan in a merge group": lambda stage: merge_group(stage, {**SPEC_ONLY, **CODE}),
}


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", CASES)
def test_no_red_verdict_turns_green(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, record_property: Callable[..., None]
) -> None:
    job = CASES[name](stage)
    tape, reads = Tape(Transport.carry), Reads()
    monkeypatch.setattr(Transport, "carry", lambda *request: tape.answer(*request))  # noqa: PLW0108  binds the client

    def judge() -> str | None:
        tape.conclusions.clear()
        stage.service.handle(job)
        return tape.conclusions[-1] if tape.conclusions else None

    with monkeypatch.context() as patch:
        reads.watch(patch)
        assert judge() == "failure"
    assert judge() == "failure", "from the tape"
    spoiled, judged, failed, green = 0, 0, set(), []
    for request, text in list(tape.responses.items()):
        response = json.loads(text)
        for place, value in places(response):
            for spoil in spoils(value):
                tape.spoiled = {request: json.dumps(with_spoil(response, place, spoil))}
                spoiled += 1
                outcome = reads.outcome()
                # Each field that fails the read is judged once; its other places in lists fail in the same way.
                field_name = (request, *("" if isinstance(step, int) else step for step in place), type(spoil))
                if outcome is Outcome.SAME or (outcome is Outcome.FAILED and field_name in failed):
                    continue
                failed |= {field_name} if outcome is Outcome.FAILED else set()
                judged += 1
                if judge() in GREEN:
                    green.append((json.loads(request)[1], place, "missing" if spoil is MISSING else spoil))
    record_property("spoiled", spoiled)
    sys.stdout.write(f"{name}: {spoiled} spoiled, {judged} of them judged again, {len(green)} turned green\n")
    assert spoiled > LEAST_SPOILED
    assert not green
