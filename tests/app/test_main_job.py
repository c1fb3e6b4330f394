"""A branch, a pull request, a verdict: what people see on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.events import MergeGroupRequested
from tests.stage import SPEC, SPEC_KIT, TEMPLATE, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

JUSTIFIED = "| I. Library First: no library | it has three lines | a library would be longer than its use |\n"
FAILING = {"specs/001-search/plan.md": plan("FAIL")}


def opened(stage: Stage, repo: Repository, files: dict[str, str] | None = None, **about: object) -> PullRequest:
    """A pull request from the branch 001-search, looked at."""
    stage.world.push(repo, "001-search", feature() if files is None else files, author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada", **about)  # type: ignore[arg-type]
    stage.drain()
    return pull


class TestPullRequest:
    def test_a_filled_plan_turns_the_check_green_and_nobody_is_written_to(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pull = opened(stage, ferry)
        run = stage.run(ferry, pull.head_sha)
        assert (run.name, run.status, run.conclusion) == ("plangate", "completed", "success")
        assert stage.comments(ferry, pull.number) == []

    def test_from_violation_to_justification(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, {**feature(), **FAILING})
        run = stage.run(ferry, pull.head_sha)
        assert (run.conclusion, run.title) == ("failure", "1 violation unjustified")
        assert [(note["path"], note["start_line"]) for note in run.annotations] == [("specs/001-search/plan.md", 18)]
        (comment,) = stage.comments(ferry, pull.number)
        assert "1 gap in `001-search`" in comment.body

        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan("FAIL", rows=JUSTIFIED)}, author="ada")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "success"
        (comment,) = stage.comments(ferry, pull.number)
        assert "**All clear**" in comment.body
        assert comment.minimized == "resolved"

        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.drain()
        (comment,) = stage.comments(ferry, pull.number)
        assert "**1 gap in `001-search`**" in comment.body
        assert comment.minimized is None

    def test_what_stays_clear_is_closed_out_once(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, {**feature(), **FAILING})
        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan()}, author="ada")
        stage.drain()
        (before,) = [comment.body for comment in stage.comments(ferry, pull.number)]
        stage.world.push(ferry, "001-search", {"specs/001-search/spec.md": f"{SPEC}\nMore.\n"}, author="ada")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "success"
        assert [comment.body for comment in stage.comments(ferry, pull.number)] == [before]

    def test_what_the_spec_makes_needless_is_not_put_into_the_plans_mouth(
        self, stage: Stage, ferry: Repository
    ) -> None:
        summary = stage.run(ferry, opened(stage, ferry).head_sha).summary or ""
        assert "| data-model.md | not due | ➖ the spec has no Key Entities |" in summary
        assert "**`data-model.md`: not applicable**, the spec has no Key Entities" in summary

    def test_no_feature_passes_at_once_and_says_why(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "docs", {"README.md": "# Ferry\n\nMore.\n"}, author="ada")
        pull = stage.world.open_pull_request(ferry, "docs", author="ada")
        stage.drain()
        run = stage.run(ferry, pull.head_sha)
        assert (run.conclusion, run.title) == ("success", "Not a feature: nothing to check")
        assert "adds no feature folder" in (run.summary or "")
        assert stage.comments(ferry, pull.number) == []

    def test_a_draft_gets_the_true_verdict_and_no_comment_until_it_is_ready(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pull = opened(stage, ferry, {**feature(), **FAILING}, draft=True)
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"
        assert stage.comments(ferry, pull.number) == []
        stage.world.draft(pull, ready=True, author="ada")
        stage.drain()
        assert len(stage.comments(ferry, pull.number)) == 1

    def test_an_unfilled_plan_is_answered_with_a_draft(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, feature(text=TEMPLATE))
        run = stage.run(ferry, pull.head_sha)
        assert run.conclusion == "failure"
        assert (run.title or "").startswith("The plan is still the template")
        assert "| II. Test First (NON-NEGOTIABLE)" in (run.text or "")
        assert "# Implementation Plan: Search" in stage.comments(ferry, pull.number)[0].body

    def test_the_fork_of_a_stranger_is_judged_like_any_other(self, stage: Stage, ferry: Repository) -> None:
        fork = stage.world.fork(ferry, "eve")
        stage.world.push(fork, "001-search", {**feature(), **FAILING}, author="eve")
        pull = stage.world.open_pull_request(ferry, "001-search", author="eve", fork=fork)
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"

    @pytest.mark.parametrize("author", ["dependabot", "copilot-agent", "plangate"])
    def test_bots_agents_and_our_own_app_are_judged_like_people(
        self, stage: Stage, ferry: Repository, author: str
    ) -> None:
        stage.world.user(author, kind="Bot")
        stage.world.push(ferry, "001-search", {**feature(), **FAILING}, author=author)
        pull = stage.world.open_pull_request(ferry, "001-search", author=author)
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"
        assert len(stage.comments(ferry, pull.number)) == 1

    def test_a_new_base_is_a_new_yardstick(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "lax", {".specify/memory/constitution.md": None}, author="ada")
        pull = opened(stage, ferry)
        assert "constitution 1.0.0" in (stage.run(ferry, pull.head_sha).summary or "")
        stage.world.retarget(pull, "lax", author="ada")
        stage.drain()
        assert "constitution 1.0.0" not in (stage.run(ferry, pull.head_sha).summary or "")

    def test_a_constitution_that_its_template_does_not_follow_is_warned_of(
        self, stage: Stage, ferry: Repository
    ) -> None:
        listed = TEMPLATE.replace("[Gates determined", "- I. Library First\n- II. Ship Fast\n\n[Gates determined")
        path = ".specify/templates/plan-template.md"
        stage.world.push(ferry, "rules", {path: listed}, author="ada")
        pull = stage.world.open_pull_request(ferry, "rules", author="ada")
        stage.drain()
        run = stage.run(ferry, pull.head_sha)
        assert run.conclusion == "success"
        assert "⚠️ **The plan template differs from the constitution in" in (run.summary or "")


class TestNumbers:
    def test_the_second_folder_with_a_number_is_a_collision(self, stage: Stage, ferry: Repository) -> None:
        first = opened(stage, ferry)
        stage.world.push(ferry, "001-export", feature("specs/001-export"), author="bob")
        second = stage.world.open_pull_request(ferry, "001-export", author="bob")
        stage.drain()
        assert stage.run(ferry, second.head_sha).conclusion == "success"
        stage.world.merge(first, author="ada")
        stage.drain(patience=30)
        run = stage.run(ferry, second.head_sha)
        assert run.conclusion == "failure"
        assert "001 is taken" in (run.title or "")

    def test_a_number_that_is_free_again_clears_the_other(self, stage: Stage, ferry: Repository) -> None:
        first = opened(stage, ferry)
        stage.world.push(ferry, "001-export", feature("specs/001-export"), author="bob")
        second = stage.world.open_pull_request(ferry, "001-export", author="bob")
        stage.drain(patience=30)
        assert "`001-search` has it in open pull request 1." in (stage.run(ferry, second.head_sha).summary or "")
        stage.world.close_pull_request(first, author="ada")
        stage.drain(patience=30)
        assert "⚠️" not in (stage.run(ferry, second.head_sha).summary or "")
        stage.world.delete_branch(ferry, "001-search", author="ada")
        stage.drain(patience=30)
        assert "`001-search` has it" not in (stage.run(ferry, second.head_sha).summary or "")

    def test_a_folder_pushed_straight_to_main_takes_its_number(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        assert stage.run(ferry, pull.head_sha).conclusion == "success"
        stage.world.push(ferry, "main", feature("specs/001-export"), author="root")
        stage.drain(patience=10)
        assert "001 is taken" in (stage.run(ferry, pull.head_sha).title or "")

    def test_giving_up_a_number_clears_the_other(self, stage: Stage, ferry: Repository) -> None:
        opened(stage, ferry)
        stage.world.push(ferry, "001-export", feature("specs/001-export"), author="bob")
        second = stage.world.open_pull_request(ferry, "001-export", author="bob")
        stage.drain(patience=10)
        assert "⚠️" in (stage.run(ferry, second.head_sha).summary or "")
        moved: dict[str, str | None] = dict.fromkeys(feature())
        stage.world.push(ferry, "001-search", {**moved, **feature("specs/002-search")}, author="ada")
        stage.drain(patience=10)
        assert "⚠️" not in (stage.run(ferry, second.head_sha).summary or "")


class TestBranch:
    def test_a_branch_just_cut_gets_no_run(self, stage: Stage, ferry: Repository) -> None:
        sha = stage.world.branch(ferry, "001-search", author="ada")
        stage.drain()
        assert stage.runs(ferry, sha) == []

    def test_its_first_own_commit_gets_one_with_the_draft(self, stage: Stage, ferry: Repository) -> None:
        sha = stage.world.push(ferry, "001-search", {"specs/001-search/spec.md": SPEC}, author="ada")
        stage.drain()
        run = stage.run(ferry, sha)
        assert "Draft of <code>specs/001-search/plan.md</code>" in (run.text or "")
        assert [action["identifier"] for action in run.actions] == ["recheck", "draft"]
        assert len(stage.runs(ferry, sha)) == 1

    def test_a_branch_of_another_name_gets_none(self, stage: Stage, ferry: Repository) -> None:
        sha = stage.world.push(ferry, "tidy-up", {"README.md": "# Tidy\n"}, author="ada")
        stage.drain()
        assert stage.runs(ferry, sha) == []

    def test_the_run_of_the_branch_serves_its_pull_request(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", {**feature(), **FAILING}, author="ada")
        stage.drain()
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        assert len(stage.runs(ferry, pull.head_sha)) == 1
        assert len(stage.comments(ferry, pull.number)) == 1


class TestAskedAgain:
    def test_a_rerun_is_always_answered_with_a_run(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        first = stage.run(ferry, pull.head_sha)
        stage.world.rerequest(ferry, first, author="ada")
        stage.drain()
        second = stage.run(ferry, pull.head_sha)
        assert second.id != first.id
        assert (second.status, second.conclusion) == ("completed", "success")
        stage.world.rerequest(ferry, second.suite, author="ada")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).id not in (first.id, second.id)

    def test_so_is_the_recheck_button(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        first = stage.run(ferry, pull.head_sha)
        assert [action["identifier"] for action in first.actions] == ["recheck"], (
            "a plan that is written needs no draft"
        )
        stage.world.press_button(ferry, first, "recheck", author="ada")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).id != first.id

    def test_the_draft_button_replies_with_the_plan(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, {**feature(text=TEMPLATE)})
        # The run of the branch names no pull request; the next one does.
        stage.world.push(ferry, "001-search", {"specs/001-search/spec.md": f"{SPEC}\n"}, author="ada")
        stage.drain()
        stage.world.user("tri", role="triage", repository=ferry)
        stage.world.press_button(ferry, stage.run(ferry, pull.head_sha), "draft", author="tri")
        stage.drain()
        assert "Draft of <code>specs/001-search/plan.md</code>" in stage.comments(ferry, pull.number)[-1].body


class TestMergeQueue:
    def test_the_group_gets_the_worst_verdict_of_its_features(self, stage: Stage, ferry: Repository) -> None:
        base = ferry.branch("main")
        queue = "gh-readonly-queue/main/pr-1-0"
        head = stage.world.push(ferry, queue, {**feature(), **FAILING}, author="ada")
        assert base is not None
        about = stage.about(ferry)
        asked = MergeGroupRequested(
            **about, head_sha=head, head_ref=f"refs/heads/{queue}", base_sha=base, base_ref="refs/heads/main"
        )
        stage.put(asked)
        stage.drain()
        assert stage.run(ferry, head).conclusion == "failure"


class TestArrival:
    def test_what_was_open_before_is_advised_and_not_written_to(self, stage: Stage) -> None:
        repo = stage.world.create_repository("acme", "old", {"README.md": "#", **SPEC_KIT})
        stage.world.push(repo, "001-search", {**feature(), **FAILING}, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.world.advance(3_600)
        stage.world.install("acme", [repo])
        stage.drain(patience=10)
        assert stage.run(repo, pull.head_sha).conclusion == "neutral"
        assert stage.comments(repo, pull.number) == []

    def test_folders_of_before_are_legacy(self, stage: Stage) -> None:
        repo = stage.world.create_repository("acme", "old", {"README.md": "#", **SPEC_KIT, **feature(), **FAILING})
        stage.install(repo)
        stage.world.push(repo, "001-search", {"src/app.py": "print()\n"}, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.drain()
        assert stage.run(repo, pull.head_sha).conclusion == "success"

    def test_a_repository_without_spec_kit_gets_one_passing_run(self, stage: Stage) -> None:
        repo = stage.world.create_repository("acme", "plain", {"README.md": "#"})
        stage.install(repo)
        stage.world.push(repo, "feature", {"README.md": "# Plain\n"}, author="ada")
        pull = stage.world.open_pull_request(repo, "feature", author="ada")
        stage.drain()
        run = stage.run(repo, pull.head_sha)
        assert (run.conclusion, run.title) == ("success", "Nothing to judge here")

    def test_a_plan_with_spec_kits_header_is_enough_to_be_judged(self, stage: Stage) -> None:
        repo = stage.world.create_repository("acme", "bare", {"README.md": "#", **feature("specs/000-first")})
        stage.install(repo)
        pull = opened(stage, repo, {**feature(), **FAILING})
        assert stage.run(repo, pull.head_sha).conclusion == "failure"

    def test_a_removed_app_is_forgotten(self, stage: Stage, ferry: Repository) -> None:
        installation = next(iter(stage.world.hub.state.installations.values()))
        assert stage.store.repository(ferry.id) is not None
        stage.world.uninstall(installation)
        stage.drain()
        assert stage.store.repository(ferry.id) is None
        assert stage.store.installation(installation.id) is None


class TestCommands:
    def test_an_issue_becomes_a_plan(self, stage: Stage, ferry: Repository) -> None:
        issue = stage.world.open_issue(ferry, "Export the audit log", "An auditor downloads it.", author="eve")
        asked = stage.world.comment(ferry, issue.number, "/plan", author="eve")
        stage.drain()
        (reply,) = stage.comments(ferry, issue.number)
        assert "This becomes feature `001-export-audit-log`" in reply.body
        assert "An auditor downloads it." in reply.body
        assert [one.content for one in stage.world.reactions(ferry, asked)] == ["eyes", "rocket"]

    def test_asking_twice_changes_nothing(self, stage: Stage, ferry: Repository) -> None:
        issue = stage.world.open_issue(ferry, "Export the audit log", author="eve")
        for _ in range(2):
            stage.world.comment(ferry, issue.number, "/plan", author="eve")
            stage.drain()
        (reply,) = stage.comments(ferry, issue.number)
        assert "001 was offered to this issue before" in reply.body

    def test_the_next_issue_gets_the_next_number(self, stage: Stage, ferry: Repository) -> None:
        for title in ("Export", "Import"):
            issue = stage.world.open_issue(ferry, title, author="eve")
            stage.world.comment(ferry, issue.number, "/plan", author="eve")
            stage.drain()
        assert "feature `002-import`" in stage.comments(ferry, issue.number)[0].body

    def test_a_stranger_is_told_what_it_takes(self, stage: Stage, ferry: Repository) -> None:
        issue = stage.world.open_issue(ferry, "Export", author="eve")
        asked = stage.world.comment(ferry, issue.number, "/plan", author="mallory")
        stage.drain()
        (reply,) = stage.comments(ferry, issue.number)
        assert "needs **triage**" in reply.body
        assert [one.content for one in stage.world.reactions(ferry, asked)] == ["eyes", "-1"]

    def test_on_a_pull_request_it_judges_again_and_says_how_things_stand(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, {**feature(), **FAILING})
        stage.world.comment(ferry, pull.number, "/plan", author="ada")
        stage.drain()
        assert len(stage.runs(ferry, pull.head_sha)) == 2
        sticky, reply = stage.comments(ferry, pull.number)
        assert "**1 gap in `001-search`**" in sticky.body
        assert "1 violation unjustified" in reply.body

    def test_bots_and_our_own_comments_trigger_nothing(self, stage: Stage, ferry: Repository) -> None:
        issue = stage.world.open_issue(ferry, "Export", author="eve")
        stage.world.user("robot", kind="Bot", role="admin", repository=ferry)
        stage.drain()
        mark = stage.world.requests.mark
        stage.world.comment(ferry, issue.number, "/plan", author="robot")
        stage.world.comment(ferry, issue.number, "/plan", author="plangate")
        stage.world.comment(ferry, issue.number, "no command /plan", author="eve")
        stage.drain()
        assert stage.requests(mark) == []


class TestBasePush:
    def test_a_new_constitution_is_applied_to_open_pull_requests(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        assert stage.run(ferry, pull.head_sha).conclusion == "success"
        template = {
            ".specify/memory/constitution.md": SPEC_KIT[".specify/memory/constitution.md"].replace(
                "## Governance", "### III. Small (NON-NEGOTIABLE)\n\nKeep it small.\n\n## Governance"
            )
        }
        stage.world.push(ferry, "main", template, author="root")
        stage.drain(patience=10)
        assert "III. Small" in (stage.run(ferry, pull.head_sha).summary or "")

    def test_any_other_push_there_costs_one_read(self, stage: Stage, ferry: Repository) -> None:
        opened(stage, ferry)
        mark = stage.world.requests.mark
        stage.world.push(ferry, "main", {"README.md": "# Ferry\n\nNew.\n"}, author="root")
        stage.drain(patience=10)
        assert [request.operation for request in stage.requests(mark)] == ["graphql"]
