"""The demo's story in eight steps, about a small server and two people."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.forge.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.demo.screen import Screen
    from bot.demo.theatre import Theatre, Watch
    from bot.sandbox.state import CheckRun, Comment, PullRequest, Repository

HERE = Path(__file__).parent
FEATURE = "specs/001-error-report"
BRANCH = "001-error-report"
STICKY = "kind=sticky"
OWNER, AUTHOR, REVIEWER = "acme", "ada", "grace"


def page(name: str) -> str:
    """The text of a document in the story."""
    return (HERE / "pages" / name).read_text(encoding="utf-8")


def repository_files() -> dict[str, str]:
    """The files of the repository, by path."""
    root = HERE / "repository"
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@dataclass
class Story:
    """Plays the steps, and checks each verdict."""

    theatre: Theatre
    screen: Screen
    steps: tuple[tuple[str, Callable[[], None]], ...] = field(init=False)
    _first: str = field(init=False, default="main")
    """The first commit."""

    def __post_init__(self) -> None:
        self.steps = (
            (f"{AUTHOR} pushes {BRANCH}: a spec and an unfilled plan template.", self._unfilled),
            (f"{AUTHOR} opens a pull request.", self._opened),
            (f"{AUTHOR} fills the plan. One principle is violated, and nothing says why.", self._violated),
            (f"{AUTHOR} adds the row to Complexity Tracking.", self._justified),
            ("An agent builds the feature and ticks a task whose file is not there.", self._ticked),
            ("The pull request is merged. Another one adds a second folder with the number 001.", self._taken),
            (f"{REVIEWER} has an idea, opens an issue, and comments /plan.", self._plan_on_issue),
            ("A pull request mends a sentence in docs/.", self._mended),
        )

    @property
    def _repository(self) -> Repository:
        return self.theatre.world.hub.state.names[f"{OWNER}/support-server"]

    def play(self) -> None:
        """Play every step. Raises `UserError` when a verdict is not the expected one."""
        world = self.theatre.world
        repository = world.create_repository(OWNER, "support-server", repository_files(), author=AUTHOR)
        for login in (AUTHOR, REVIEWER):
            world.user(login, role="maintain", repository=repository)
        world.install(OWNER, [repository])
        self._first = repository.refs["refs/heads/main"]
        self.theatre.wait_until_quiet()
        for number, (text, act) in enumerate(self.steps, 1):
            self.screen.step(number, len(self.steps), text)
            act()

    def _judged(self, act: Callable[[], str], accept: Callable[[CheckRun], bool]) -> CheckRun:
        """Act, wait for the check run, and print its cost."""
        watch = self.theatre.watch()
        run = self.theatre.wait_for_run(self._repository, act(), accept)
        self._show_cost(watch)
        return run

    def _show_cost(self, watch: Watch) -> None:
        """Print the time to the first write, and the API calls since `watch`."""
        self.theatre.wait_until_quiet()
        self.screen.cost(watch.cost())

    def _sticky(self, pull: PullRequest) -> Comment:
        return self.theatre.wait_for_comment(self._repository, pull.number, lambda comment: STICKY in comment.body)

    def _unfilled(self) -> None:
        template = repository_files()[".specify/templates/plan-template.md"]
        files = {f"{FEATURE}/spec.md": page("spec.md"), f"{FEATURE}/plan.md": template}
        run = self._judged(lambda: self._push(BRANCH, files, "Plan the error report"), _is("failure"))
        _expect("still the template" in (run.title or ""), "the plan to be seen as the template", run)
        _expect("Draft of" in (run.text or ""), "the check run to carry a draft", run)
        self.screen.check_run(run, open_text=True)

    def _opened(self) -> None:
        watch = self.theatre.watch()
        pull = self.theatre.world.open_pull_request(self._repository, BRANCH, title="Error report", author=AUTHOR)
        comment = self._sticky(pull)
        self._show_cost(watch)
        self.screen.comment(comment)

    def _violated(self) -> None:
        run = self._judged(
            lambda: self._push(BRANCH, {f"{FEATURE}/plan.md": page("plan.md")}, "Fill the plan"), _is("failure")
        )
        line = next(number for number, text in enumerate(page("plan.md").splitlines(), 1) if "FAIL" in text)
        lines = [note["start_line"] for note in run.annotations if note["annotation_level"] == "failure"]
        _expect(lines == [line], f"one failure, on line {line}", run)
        self.screen.check_run(run)

    def _justified(self) -> None:
        plan = page("plan.md").rstrip("\n") + "\n" + page("row.md")
        run = self._judged(lambda: self._push(BRANCH, {f"{FEATURE}/plan.md": plan}, "Say why"), _is("success"))
        self.screen.check_run(run)
        pull = self._pull(BRANCH)
        self.screen.comment(
            self.theatre.wait_for_comment(self._repository, pull.number, lambda comment: "All clear" in comment.body),
            edited=True,
        )

    def _ticked(self) -> None:
        files = {
            "src/reports.rs": page("reports.rs"),
            f"{FEATURE}/contracts/reports.yaml": page("reports.yaml"),
            f"{FEATURE}/data-model.md": page("data-model.md"),
            f"{FEATURE}/tasks.md": page("tasks.md"),
        }
        run = self._judged(lambda: self._push(BRANCH, files, "Build the error report"), _is("success"))
        line = next(number for number, text in enumerate(page("tasks.md").splitlines(), 1) if "T002" in text)
        lines = [note["start_line"] for note in run.annotations if note["annotation_level"] == "warning"]
        _expect(lines == [line], f"one warning, on line {line}", run)
        self.screen.check_run(run)

    def _taken(self) -> None:
        world = self.theatre.world
        world.merge(self._pull(BRANCH), author=REVIEWER)
        self.theatre.wait_until_quiet()
        files = {"specs/001-login-throttle/spec.md": page("collision-spec.md")}
        branch = "001-login-throttle"

        def act() -> str:
            world.push(
                self._repository, branch, files, "Specify the login throttle", author=REVIEWER, start=self._first
            )
            return world.open_pull_request(self._repository, branch, title="Login throttle", author=REVIEWER).head_sha

        run = self._judged(act, lambda run: run.conclusion == "failure" and "taken" in (run.title or ""))
        self.screen.check_run(run)

    def _plan_on_issue(self) -> None:
        world = self.theatre.world
        issue = world.open_issue(self._repository, "Export the audit log", page("issue.md"), author=REVIEWER)
        self.theatre.wait_until_quiet()
        watch = self.theatre.watch()
        world.comment(self._repository, issue.number, "/plan", author=REVIEWER)
        reply = self.theatre.wait_for_comment(
            self._repository, issue.number, lambda comment: "kind=plan" in comment.body
        )
        self._show_cost(watch)
        self.screen.comment(reply)

    def _mended(self) -> None:
        world = self.theatre.world
        text = repository_files()["docs/running.md"].replace("listens", "starts a server that listens")
        self._push("mend-the-docs", {"docs/running.md": text}, "Say what is started")
        self.theatre.wait_until_quiet()

        def act() -> str:
            return world.open_pull_request(
                self._repository, "mend-the-docs", title="Mend the docs", author=AUTHOR
            ).head_sha

        run = self._judged(act, _is("success"))
        _expect("Not a feature" in (run.title or ""), "it to pass as no feature", run)
        self.screen.check_run(run)

    def _push(self, branch: str, files: dict[str, str], message: str) -> str:
        return self.theatre.world.push(self._repository, branch, files, message, author=AUTHOR)

    def _pull(self, branch: str) -> PullRequest:
        return next(pull for pull in self._repository.pulls.values() if pull.head_ref == branch)


def _is(conclusion: str) -> Callable[[CheckRun], bool]:
    return lambda run: run.status == "completed" and run.conclusion == conclusion


def _expect(truth: bool, expected: str, run: CheckRun) -> None:
    if not truth:
        raise UserError(f"The demo failed: we expected {expected}, but the check run says `{run.title}`.")
