"""Suggestions on a pull request: when they come, what a click makes of the next verdict, and when they go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.app.judging import JudgingApart
from bot.core.forge.outcome import Done
from bot.sandbox.faults import Fault
from tests.asking import harbour, replies, say
from tests.stage import SPEC, SPEC_KIT, Stage, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import PullRequest, Repository, ReviewThread

ON = {".github/app.yml": "plangate: {suggest: true}\n"}
PLAN = "specs/001-search/plan.md"
REASON = "Justification: the index is bought. Rejected alternative: building it takes a year"
INLINE = plan("FAIL").replace("the index is a library", REASON)
HEADER = plan().replace("`001-search`", "`002-other`")
BOTH = HEADER.replace("| PASS | the index is a library", f"| FAIL | {REASON}")
ROW = "| I. Library First | the index is bought. | building it takes a year |"
REVIEW, FILES = "pulls/create-review", "pulls/list-files"


@pytest.fixture
def repo(stage: Stage) -> Repository:
    """A repository that wants suggestions."""
    repository = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT, **ON})
    stage.install(repository)
    return repository


def opened(stage: Stage, repo: Repository, text: str, **about: Any) -> PullRequest:
    """A pull request with this plan, judged."""
    stage.world.push(repo, "001-search", feature(text=text), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada", **about)
    assert_done(stage)
    return pull


def assert_done(stage: Stage) -> None:
    assert all(isinstance(outcome, Done) for outcome in stage.drain(patience=10))


def pushed(stage: Stage, repo: Repository, text: str) -> None:
    """Another plan on the branch, judged."""
    stage.world.push(repo, "001-search", {PLAN: text}, author="ada")
    assert_done(stage)


def operations(stage: Stage, mark: int) -> list[str]:
    return [request.operation for request in stage.requests(mark)]


def suggested(thread: ReviewThread) -> str:
    """What stands in the suggestion of a comment."""
    return thread.body.partition("```suggestion\n")[2].partition("\n```")[0]


def findings(stage: Stage, repo: Repository, pull: PullRequest) -> str:
    """What the check run on the present head says."""
    return stage.run(repo, pull.head_sha).summary or ""


class TestOneReview:
    def test_off_by_default_nothing_is_suggested_and_nothing_more_is_read(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pull = opened(stage, ferry, BOTH)
        assert stage.world.reviews(pull) == []
        assert {REVIEW, FILES}.isdisjoint(operations(stage, 0))

    def test_a_push_costs_one_write_more_only_where_there_is_something_to_suggest(
        self, stage: Stage, repo: Repository
    ) -> None:
        opened(stage, repo, plan())
        mark = stage.world.requests.mark
        pushed(stage, repo, plan().replace("port,", "harbour,"))
        assert operations(stage, mark) == ["graphql", "checks/create"]
        mark = stage.world.requests.mark
        pushed(stage, repo, BOTH)
        assert operations(stage, mark) == ["graphql", "checks/create", "graphql", FILES, REVIEW]

    def test_the_review_says_what_it_is_and_the_lines_are_the_plans(self, stage: Stage, repo: Repository) -> None:
        pull = opened(stage, repo, BOTH)
        (review,) = stage.world.reviews(pull)
        assert (review.state, review.commit, review.user) == ("commented", pull.head_sha, stage.world.app.bot)
        assert "**2 fixes that you can commit from here.**" in review.body
        assert "**Add suggestion to batch**" in review.body
        header, row = stage.world.threads(pull)
        assert suggested(header) == BOTH.splitlines()[2].replace("002-other", "001-search")
        assert suggested(row).splitlines()[1:] == [ROW]
        assert stage.comments(repo, pull.number) == []

    @pytest.mark.parametrize(
        "which", [pytest.param((0,), marks=pytest.mark.slow), pytest.param((1,), marks=pytest.mark.slow), (0, 1)]
    )
    def test_each_suggestion_makes_the_next_verdict_as_promised(
        self, stage: Stage, repo: Repository, which: tuple[int, ...]
    ) -> None:
        pull = opened(stage, repo, BOTH)
        stage.world.apply_suggestions(*(stage.world.threads(pull)[index] for index in which), author="ada")
        assert_done(stage)
        summary = findings(stage, repo, pull)
        assert ("branch-mismatch" in summary) == (0 not in which)
        assert ("inline-justification" in summary) == (1 not in which)
        assert stage.run(repo, pull.head_sha).conclusion == "success"
        assert len(stage.world.reviews(pull)) == 1

    @pytest.mark.slow
    def test_an_unjustified_violation_becomes_a_row_with_cells_to_fill(self, stage: Stage, repo: Repository) -> None:
        constitution = SPEC_KIT[".specify/memory/constitution.md"].replace(" (NON-NEGOTIABLE)", "")
        stage.world.push(repo, "main", {".specify/memory/constitution.md": constitution}, author="ada")
        pull = opened(stage, repo, plan("FAIL", "FAIL").replace(" (NON-NEGOTIABLE)", ""))
        (thread,) = stage.world.threads(pull)
        assert "Adds 2 rows to Complexity Tracking. Fill the empty cells." in thread.body
        rows = [line for line in suggested(thread).splitlines() if line.startswith("| I")]
        assert [row.endswith("| | |") for row in rows] == [True, True]
        stage.world.apply_suggestions(thread, author="ada")
        assert_done(stage)
        summary = findings(stage, repo, pull)
        assert "unjustified-violation" not in summary
        assert "incomplete-justification" in summary

    @pytest.mark.slow
    def test_ten_at_most_are_open_whatever_is_pushed(self, stage: Stage, repo: Repository) -> None:
        tasks = "".join(f"- [ ] T{number:03d} Write src/f{number}.py\n\nText {number}.\n\n" for number in range(1, 15))
        files = {f"src/f{number}.py": "x\n" for number in range(1, 15)}
        doubles = SPEC + "".join(
            f"- **FR-{n:03d}**: It MUST {n}.\n\n- **FR-{n:03d}**: It MUST not.\n\n" for n in range(2, 16)
        )
        stage.world.push(
            repo, "001-search", {**feature(text=BOTH), **files, "specs/001-search/tasks.md": tasks}, author="ada"
        )
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        assert_done(stage)
        stage.world.push(repo, "001-search", {"specs/001-search/spec.md": doubles}, author="ada")
        assert_done(stage)
        stage.world.push(repo, "001-search", {"specs/001-search/spec.md": doubles + "More.\n"}, author="ada")
        assert_done(stage)
        assert len([thread for thread in stage.world.threads(pull) if thread.minimized is None]) == 10
        assert len(stage.world.reviews(pull)) == 2

    def test_the_same_head_gets_no_second_review(self, stage: Stage, repo: Repository) -> None:
        pull = opened(stage, repo, BOTH)
        mark = stage.world.requests.mark
        stage.replay()
        assert_done(stage)
        assert REVIEW not in operations(stage, mark)
        stage.store.remember(repo.id, f"suggestions on {pull.number}", "")  # a hint may be lost
        stage.replay()
        assert_done(stage)
        assert len(stage.world.reviews(pull)) == 1

    @pytest.mark.slow
    def test_a_head_of_two_pull_requests_gets_one_review(self, stage: Stage, repo: Repository) -> None:
        stage.world.push(repo, "next", {"NEWS.md": "#\n"}, author="ada")
        first = opened(stage, repo, BOTH)
        second = stage.world.open_pull_request(repo, "001-search", "next", author="ada")
        assert_done(stage)
        assert [len(stage.world.reviews(pull)) for pull in (first, second)] == [1, 0]
        pushed(stage, repo, BOTH + "\nMore.\n")
        assert [len(stage.world.reviews(pull)) for pull in (first, second)] == [1, 0]

    @pytest.mark.parametrize("after", [pytest.param(False, marks=pytest.mark.slow), True])
    def test_a_lost_answer_leads_to_no_second_review(self, stage: Stage, repo: Repository, *, after: bool) -> None:
        stage.world.faults.add(Fault(REVIEW, 502, after=after))
        stage.world.push(repo, "001-search", feature(text=BOTH), author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.drain(patience=600)
        assert len(stage.world.reviews(pull)) == 1
        assert len(stage.runs(repo, pull.head_sha)) == 1

    @pytest.mark.slow
    def test_a_draft_gets_none_until_it_is_ready(self, stage: Stage, repo: Repository) -> None:
        pull = opened(stage, repo, BOTH, draft=True)
        assert stage.world.reviews(pull) == []
        stage.world.draft(pull, ready=True, author="ada")
        assert_done(stage)
        assert len(stage.world.reviews(pull)) == 1

    @pytest.mark.slow
    def test_the_day_it_is_switched_on_no_open_pull_request_gets_mail(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, BOTH)
        stage.world.push(ferry, "main", ON, author="ada")
        assert_done(stage)
        assert stage.world.reviews(pull) == []
        pushed(stage, ferry, BOTH + "\nMore.\n")
        assert len(stage.world.reviews(pull)) == 1

    def test_on_a_fork_it_works_as_well(self, stage: Stage, repo: Repository) -> None:
        fork = stage.world.fork(repo, "eve")
        stage.world.push(fork, "001-search", feature(text=BOTH), author="eve")
        pull = stage.world.open_pull_request(repo, "001-search", author="eve", fork=fork)
        assert_done(stage)
        stage.world.apply_suggestions(*stage.world.threads(pull), author="eve")
        assert_done(stage)
        assert "inline-justification" not in findings(stage, repo, pull)

    @pytest.mark.slow
    def test_the_head_of_a_pull_request_cannot_switch_it_on(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", {**feature(text=BOTH), **ON}, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        assert_done(stage)
        assert stage.world.reviews(pull) == []


class TestWhatIsLeftOut:
    @pytest.mark.parametrize(("below", "rows"), [pytest.param("", [], marks=pytest.mark.slow), ("\nMore.\n", [ROW])])
    def test_lines_that_the_diff_does_not_show(
        self, stage: Stage, repo: Repository, below: str, rows: list[str]
    ) -> None:
        long = BOTH.replace("## Summary\n", "## Summary\n" + "\nA line.\n" * 20)
        stage.world.push(repo, "main", feature(text=long.replace("| FAIL |", "| PASS |")), author="ada")
        assert_done(stage)
        pull = opened(stage, repo, long + below)
        assert [suggested(thread).splitlines()[-1] for thread in stage.world.threads(pull)] == rows
        assert "The plan's header names" in findings(stage, repo, pull)
        assert ROW in findings(stage, repo, pull)

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text.replace("\n", "\r\n"),
            pytest.param(lambda text: text.replace("is bought", "is\u202e bought"), marks=pytest.mark.slow),
            pytest.param(lambda text: text.replace("is bought", "is\u200b bought"), marks=pytest.mark.slow),
            pytest.param(lambda text: text.replace("is bought", "is " + "`" * 60 + " bought"), marks=pytest.mark.slow),
        ],
        ids=["CRLF", "bidi", "zero width", "backticks"],
    )
    def test_text_that_cannot_be_suggested_to_the_letter(
        self, stage: Stage, repo: Repository, change: Callable[[str], str]
    ) -> None:
        pull = opened(stage, repo, change(INLINE))
        assert "inline-justification" in findings(stage, repo, pull)
        assert stage.world.threads(pull) == []
        assert stage.world.reviews(pull) == []

    @pytest.mark.slow
    @pytest.mark.parametrize("text", [BOTH.rstrip("\n"), BOTH.replace("is bought", "``is ```bought``` ``")])
    def test_no_line_end_at_the_end_and_backticks_are_kept(self, stage: Stage, repo: Repository, text: str) -> None:
        pull = opened(stage, repo, text)
        stage.world.apply_suggestions(*stage.world.threads(pull), author="ada")
        assert_done(stage)
        blob = repo.git.read(f"{pull.head_sha}:{PLAN}")
        assert blob is not None
        lines = blob.content.decode().split("\n")
        before = text.replace("`002-other`", "`001-search`").split("\n")
        assert [line for line in lines if line not in before] == [line for line in lines if line.startswith("| I. ")][
            1:
        ]
        assert "inline-justification" not in findings(stage, repo, pull)

    @pytest.mark.slow
    def test_beside_a_waiver_nothing_is_suggested(self, stage: Stage) -> None:
        repo = harbour(stage, files=ON)
        pull = opened(stage, repo, plan("FAIL"))
        say(stage, repo, pull.number, "/plan waive unjustified-violation it is three lines long", "root")
        say(stage, repo, pull.number, "/plan suggest", "root")
        assert "a waiver ends with any commit to its folder" in replies(stage, repo, pull.number)[-1]
        assert len(stage.world.reviews(pull)) == 1  # the one from before the waiver


class TestLater:
    def test_an_open_suggestion_is_not_repeated_and_a_new_one_comes_alone(self, stage: Stage, repo: Repository) -> None:
        pull = opened(stage, repo, HEADER)
        pushed(stage, repo, HEADER + "\nMore.\n")
        assert len(stage.world.reviews(pull)) == 1
        pushed(stage, repo, BOTH + "\nMore.\n")
        assert [len(suggested(thread).splitlines()) for thread in stage.world.threads(pull)] == [1, 2]
        assert len(stage.world.reviews(pull)) == 2

    @pytest.mark.slow
    def test_a_resolved_one_is_not_made_again(self, stage: Stage, repo: Repository) -> None:
        pull = opened(stage, repo, HEADER)
        stage.world.resolve(stage.world.threads(pull)[0], author="ada")
        pushed(stage, repo, HEADER + "\nMore.\n")
        assert len(stage.world.reviews(pull)) == 1

    @pytest.mark.parametrize("switched_off", [False, pytest.param(True, marks=pytest.mark.slow)])
    def test_what_no_longer_holds_is_resolved_with_one_write(self, stage: Stage, *, switched_off: bool) -> None:
        repo = harbour(stage, files=ON)
        pull = opened(stage, repo, BOTH)
        if switched_off:
            stage.world.push(repo, "main", {".github/app.yml": "plangate: {suggest: false}\n"}, author="root")
            assert_done(stage)
        mark = stage.world.requests.mark
        pushed(stage, repo, plan())
        assert [thread.resolved_by for thread in stage.world.threads(pull)] == [stage.world.app.bot] * 2
        mutations = [str(one.body["query"]) for one in stage.requests(mark) if one.operation == "graphql"]
        assert sum(query.startswith("mutation") for query in mutations) == 1
        mark = stage.world.requests.mark
        pushed(stage, repo, plan().replace("port,", "harbour,"))
        assert operations(stage, mark) == ["graphql", "checks/create"]

    def test_where_the_app_may_not_resolve_it_hides(self, stage: Stage, repo: Repository) -> None:
        pull = opened(stage, repo, BOTH)
        pushed(stage, repo, plan())
        assert [thread.minimized for thread in stage.world.threads(pull)] == ["outdated"] * 2

    @pytest.mark.slow
    def test_the_thread_of_a_person_is_left_alone(self, stage: Stage) -> None:
        repo = harbour(stage, files=ON)
        pull = opened(stage, repo, BOTH)
        ours = stage.world.threads(pull)
        stage.world.review(pull, "Look", author="grace", comments=[(PLAN, 3, ours[0].body)])
        pushed(stage, repo, plan())
        *_, theirs = stage.world.threads(pull)
        assert theirs not in ours
        assert (theirs.resolved_by, theirs.minimized) == (None, None)


class TestRefused:
    @pytest.mark.parametrize(
        ("status", "message"),
        [
            (403, "Resource not accessible by integration"),
            pytest.param(422, "Unprocessable Entity", marks=pytest.mark.slow),
            pytest.param(403, "lock prevents review", marks=pytest.mark.slow),
            pytest.param(403, "Something that nobody has seen yet", marks=pytest.mark.slow),
        ],
    )
    def test_a_refusal_is_left_after_one_attempt_and_the_verdict_stands(
        self, stage: Stage, repo: Repository, status: int, message: str
    ) -> None:
        stage.world.faults.add(Fault(REVIEW, status, message, times=None))
        pull = opened(stage, repo, BOTH)
        stage.replay()
        assert_done(stage)
        assert operations(stage, 0).count(REVIEW) == 1
        assert len(stage.runs(repo, pull.head_sha)) == 1
        assert not any(record.state == "dead" for record in stage.queue.records())

    @pytest.mark.slow
    @pytest.mark.parametrize("operation", [REVIEW, FILES])
    def test_an_outage_of_reviews_alone_ends_the_job_in_time(
        self, stage: Stage, repo: Repository, operation: str
    ) -> None:
        stage.world.faults.add(Fault(operation, 502, times=None))
        stage.world.push(repo, "001-search", feature(text=BOTH), author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        assert not isinstance(stage.drain()[-1], Done)
        stage.world.advance(3_600)
        assert isinstance(stage.drain()[-1], Done)
        assert len(stage.runs(repo, pull.head_sha)) == 1
        assert not any(record.state == "waiting" for record in stage.queue.records())

    @pytest.mark.slow
    def test_so_is_a_locked_conversation(self, stage: Stage, repo: Repository) -> None:
        pull = opened(stage, repo, plan())
        stage.world.lock_conversation(repo, pull.number)
        pushed(stage, repo, BOTH)
        assert stage.world.reviews(pull) == []
        assert stage.run(repo, pull.head_sha).conclusion == "success"

    @pytest.mark.slow
    def test_a_thread_that_somebody_deleted_stops_nothing(self, stage: Stage) -> None:
        repo = harbour(stage, files=ON)
        pull = opened(stage, repo, BOTH)
        gone, left = stage.world.threads(pull)

        def delete() -> None:
            del repo.threads[gone.id]

        mutation = Fault("graphql", 0, asks=lambda text, _: text.startswith("mutation"), meanwhile=delete)
        stage.world.faults.add(mutation)
        pushed(stage, repo, plan())
        assert left.resolved_by is stage.world.app.bot


@pytest.mark.slow
class TestApart:
    def test_fixes_are_tried_in_a_process_of_their_own(self, stage: Stage, repo: Repository) -> None:
        stage.service = replace(stage.service, judging=JudgingApart(stage.clock))
        pull = opened(stage, repo, BOTH)
        assert len(stage.world.threads(pull)) == 2

    def test_half_of_the_time_is_left_to_verdicts(self, stage: Stage) -> None:
        repo, judging = harbour(stage), JudgingApart(stage.clock)
        stage.service = replace(stage.service, judging=judging)
        pull = opened(stage, repo, BOTH)
        judging.most_per_hour = 1.9 * judging.spent(repo.id)
        say(stage, repo, pull.number, "/plan suggest", "ada")
        assert "takes more time than is left" in replies(stage, repo, pull.number)[0]
        assert stage.world.reviews(pull) == []


class TestCommand:
    def test_a_person_asks_and_the_review_is_the_answer(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, BOTH)
        comment = say(stage, repo, pull.number, "/plan suggest", "ada")
        assert len(stage.world.reviews(pull)) == 1
        assert {one.content for one in stage.world.reactions(repo, comment)} == {"eyes", "rocket"}
        assert replies(stage, repo, pull.number) == []
        say(stage, repo, pull.number, "/plan suggest", "tri")
        assert "2 suggestions are open already" in replies(stage, repo, pull.number)[0]
        assert len(stage.world.reviews(pull)) == 1

    @pytest.mark.slow
    def test_what_it_suggested_is_resolved_later_without_the_key(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, BOTH)
        say(stage, repo, pull.number, "/plan suggest", "ada")
        pushed(stage, repo, plan())
        assert all(thread.resolved_by for thread in stage.world.threads(pull))
        assert len(stage.world.reviews(pull)) == 1

    @pytest.mark.slow
    def test_it_works_on_a_draft(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, BOTH, draft=True)
        say(stage, repo, pull.number, "/plan suggest", "ada")
        assert len(stage.world.reviews(pull)) == 1

    @pytest.mark.slow
    def test_nothing_to_suggest_is_said(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, plan())
        say(stage, repo, pull.number, "/plan suggest", "ada")
        assert "There is nothing to suggest on this head." in replies(stage, repo, pull.number)[0]

    def test_a_refusal_is_said_below_the_question(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, BOTH)
        stage.world.faults.add(Fault(REVIEW, 422, "Unprocessable Entity", times=None))
        comment = say(stage, repo, pull.number, "/plan suggest", "ada")
        assert "GitHub did not take the review" in replies(stage, repo, pull.number)[0]
        assert "-1" in {one.content for one in stage.world.reactions(repo, comment)}

    @pytest.mark.slow
    def test_a_stranger_may_not(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, BOTH)
        say(stage, repo, pull.number, "/plan suggest", "eve")
        assert "needs **triage** access" in replies(stage, repo, pull.number)[0]
        assert stage.world.reviews(pull) == []
