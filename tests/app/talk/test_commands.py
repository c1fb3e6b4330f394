"""Commands, tried as people write them: an issue becomes a feature, a finding is waived, a draft is committed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.core.change.trees import Document
from bot.core.documents.spec import read_spec
from bot.core.forge.events import MergeGroupRequested
from bot.sandbox.faults import Fault
from tests.asking import branches, faces, harbour, latest, messages, replies, reply, say, text_at
from tests.reconciling import reconciling
from tests.stage import SPEC, TEMPLATE, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

FAILING = feature(text=plan("FAIL"))
BRANCH = "001-export-audit-log"
FOLDER = f"specs/{BRANCH}"


def asked(
    stage: Stage, repo: Repository, title: str = "Export the audit log", body: str = "An auditor reads it."
) -> int:
    """An issue's number."""
    return stage.world.open_issue(repo, title, body, author="eve").number


def opened(stage: Stage, repo: Repository, files: dict[str, str], branch: str = "001-search") -> PullRequest:
    stage.world.push(repo, branch, files, author="ada")
    pull = stage.world.open_pull_request(repo, branch, author="ada")
    stage.drain(patience=10)
    return pull


class TestFromIssueToFeature:
    def test_by_comments_alone(self, stage: Stage) -> None:
        repo = harbour(stage)
        main = repo.branch("main") or ""
        issue = asked(stage, repo)

        first = say(stage, repo, issue, "/plan", "eve")
        assert faces(stage, repo, first) == ["eyes", "rocket"]
        assert f"This becomes feature `{BRANCH}`" in reply(stage, repo, issue)
        assert "`/plan start` commits both documents" in reply(stage, repo, issue)

        begin = say(stage, repo, issue, "/plan start", "grace")
        assert faces(stage, repo, begin) == ["eyes", "rocket"]
        (pull,) = repo.pulls.values()
        assert (pull.draft, pull.head_ref, pull.base_ref) == (True, BRANCH, "main")
        assert pull.issue.title == "Export the audit log"
        assert f"Closes #{issue}" in pull.issue.body
        assert f"**Feature `{BRANCH}` has begun**" in reply(stage, repo, issue)
        (message,) = messages(repo, BRANCH, main)
        assert "Requested-by: grace" in message

        run = stage.run(repo, pull.head_sha)
        assert (run.conclusion, run.title) == ("failure", "2 principles unanswered · draft")
        assert "clarifications open: `[NEEDS CLARIFICATION: what a person gets done]`" in (run.summary or "")
        lines = text_at(repo, BRANCH, f"{FOLDER}/plan.md").split("\n")
        notes = [note for note in run.annotations if note["path"].endswith("plan.md")]
        told = {line for note in notes for line in range(note["start_line"], note["end_line"] + 1)}
        blanks = {n for n, line in enumerate(lines, 1) if line.endswith("| | |") or "NEEDS CLARIFICATION" in line}
        assert told == blanks
        assert len(told) == 4
        say(stage, repo, pull.number, "/plan status", "eve")
        assert "2 principles unanswered" in reply(stage, repo, pull.number)

    def test_the_documents_are_filled_with_what_is_known(self, stage: Stage) -> None:
        repo = harbour(stage)
        say(stage, repo, asked(stage, repo), "/plan start", "grace")
        spec = text_at(repo, BRANCH, f"{FOLDER}/spec.md")
        read = read_spec(Document("spec.md", spec))
        assert (read.title, read.branch, read.unfilled) == ("Export the audit log", BRANCH, False)
        assert '"An auditor reads it."' in spec
        drafted = text_at(repo, BRANCH, f"{FOLDER}/plan.md")
        assert "# Implementation Plan: Export the audit log" in drafted
        assert "An auditor reads it. <!-- first paragraph of the issue -->" in drafted

    def test_the_spec_is_drawn_from_the_repositorys_own_template(self, stage: Stage) -> None:
        own = {".specify/templates/overrides/spec-template.md": "# Spec: [FEATURE NAME]\n\n## Why\n\n[the reason]\n"}
        repo = harbour(stage, files=own)
        say(stage, repo, asked(stage, repo), "/plan start", "grace")
        assert text_at(repo, BRANCH, f"{FOLDER}/spec.md") == (
            "# Spec: Export the audit log\n\n## Why\n\n[NEEDS CLARIFICATION: the reason]\n"
        )

    def test_the_bot_is_the_author(self, stage: Stage) -> None:
        repo = harbour(stage)
        say(stage, repo, asked(stage, repo), "/plan start", "grace")
        commit = repo.git.commit(repo.branch(BRANCH) or "")
        assert commit is not None
        assert commit.author.name == commit.committer.name == "plangate[bot]"

    def test_a_slug_of_ones_own(self, stage: Stage) -> None:
        repo = harbour(stage)
        say(stage, repo, asked(stage, repo), "/plan start 007-Audit Trail!", "grace")
        assert branches(repo) == ["001-audit-trail", "main"]

    def test_again_changes_nothing(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = asked(stage, repo)
        say(stage, repo, issue, "/plan start", "grace")
        before = (repo.branch(BRANCH), reply(stage, repo, issue))
        say(stage, repo, issue, "/plan start", "grace")
        assert (repo.branch(BRANCH), reply(stage, repo, issue)) == before
        assert len(repo.pulls) == 1
        other = say(stage, repo, issue, "/plan start other", "grace")
        assert faces(stage, repo, other) == ["eyes", "confused"]
        assert branches(repo) == [BRANCH, "main"]
        assert f"has branch `{BRANCH}` already" in reply(stage, repo, issue)

    def test_somebody_elses_branch_of_that_name_is_not_written_to(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = asked(stage, repo)
        say(stage, repo, issue, "/plan", "eve")
        head = stage.world.push(repo, BRANCH, {f"{FOLDER}/spec.md": SPEC}, author="ada")
        say(stage, repo, issue, "/plan start", "grace")
        assert repo.branch(BRANCH) == head
        assert [pull.head_sha for pull in repo.pulls.values()] == [head]

    def test_what_is_merged_already_is_not_begun_again(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = asked(stage, repo)
        say(stage, repo, issue, "/plan", "eve")
        stage.world.push(repo, "main", {f"{FOLDER}/spec.md": SPEC}, author="root")
        again = say(stage, repo, issue, "/plan start", "grace")
        assert faces(stage, repo, again) == ["eyes", "confused"]
        assert "is on the default branch already" in reply(stage, repo, issue)
        assert branches(repo) == ["main"]

    def test_without_the_right_to_write_the_hosts_choice_is_named(self, stage: Stage, ferry: Repository) -> None:
        stage.world.user("grace", "write", ferry)
        issue = asked(stage, ferry)
        comment = say(stage, ferry, issue, "/plan start", "grace")
        assert faces(stage, ferry, comment) == ["eyes", "-1"]
        told = reply(stage, ferry, issue)
        assert "its host chose the permission *Contents: Read-only*" in told
        assert f"git switch --create {BRANCH} --no-track origin/main" in told
        assert branches(ferry) == ["main"]

    def test_only_commands_that_commit_get_a_token_that_may(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = asked(stage, repo)
        mark = stage.world.requests.mark
        say(stage, repo, issue, "/plan", "eve")
        scopes = [one.body["permissions"] for one in stage.world.requests.since(mark) if one.is_token]
        assert all(scope["contents"] == "read" for scope in scopes)
        say(stage, repo, issue, "/plan start", "grace")
        wrote = [
            one.operation for one in stage.requests(mark) if one.scope.get("permissions", {}).get("contents") == "write"
        ]
        assert set(wrote) == {
            "git/get-commit",
            "git/create-tree",
            "git/create-commit",
            "git/create-ref",
            "pulls/create",
        }


class TestNumbers:
    def test_all_that_has_a_number_is_counted(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", {"specs/001-login/spec.md": SPEC}, author="root")
        stage.world.push(ferry, "002-search", feature("specs/002-search"), author="ada")
        fork = stage.world.fork(ferry, "eve")
        stage.world.push(fork, "my-work", feature("specs/003-tickets"), author="eve")
        stage.world.open_pull_request(ferry, "my-work", author="eve", fork=fork)
        fourth = asked(stage, ferry, "Refunds")
        say(stage, ferry, fourth, "/plan", "eve")
        assert "feature `004-refunds`" in reply(stage, ferry, fourth)
        fifth = asked(stage, ferry, "Invoices")
        say(stage, ferry, fifth, "/plan", "eve")
        told = reply(stage, ferry, fifth)
        assert "feature `005-invoices`" in told
        assert "003 is in an open pull request, 002 is on an open branch, 004 is offered to another issue" in told

    def test_a_number_is_kept_for_seven_days(self, stage: Stage, ferry: Repository) -> None:
        for _ in range(2):
            say(stage, ferry, asked(stage, ferry, "Refunds"), "/plan", "eve")
            stage.world.advance(7 * 86_400 + 60)
        found = [reply(stage, ferry, number) for number in sorted(ferry.issues)]
        assert all("feature `001-refunds`" in told for told in found)

    @pytest.mark.parametrize(("mode", "branch"), [("issue", "001-refunds"), ("ticket", "001-refunds")])
    def test_elsewhere_the_issues_own_number_counts(self, stage: Stage, mode: str, branch: str) -> None:
        config = {".github/app.yml": f"plangate:\n  number: {mode}\n", "specs/041-old/spec.md": SPEC}
        repo = harbour(stage, files=config)
        issue = asked(stage, repo, "Refunds")
        say(stage, repo, issue, "/plan", "eve")
        assert f"feature `{branch}`" in reply(stage, repo, issue)

    def test_or_the_moment_of_the_issue(self, stage: Stage) -> None:
        repo = harbour(stage, files={".github/app.yml": "plangate:\n  number: timestamp\n"})
        issue = asked(stage, repo, "Refunds")
        say(stage, repo, issue, "/plan", "eve")
        say(stage, repo, issue, "/plan", "eve")
        told = reply(stage, repo, issue)
        digits = told.split("feature `")[1].split("-refunds`")[0]
        assert [len(part) for part in digits.split("-")] == [8, 6]

    def test_as_spec_kit_was_set_up(self, stage: Stage) -> None:
        repo = harbour(stage, files={".specify/init-options.json": '{"feature_numbering": "timestamp"}'})
        issue = asked(stage, repo, "Refunds")
        say(stage, repo, issue, "/plan", "eve")
        digits = reply(stage, repo, issue).split("feature `")[1].split("-refunds`")[0]
        assert [len(part) for part in digits.split("-")] == [8, 6]


class TestCommit:
    def test_the_missing_documents_become_one_commit(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, {"src/app.py": "print()\n"})
        before = pull.head_sha
        comment = say(stage, repo, pull.number, "/plan commit", "grace")
        assert faces(stage, repo, comment) == ["eyes", "rocket"]
        assert len(messages(repo, "001-search", before)) == 1
        assert "# Feature Specification: Search" in text_at(repo, "001-search", "specs/001-search/spec.md")
        assert "# Implementation Plan: Search" in text_at(repo, "001-search", "specs/001-search/plan.md")
        assert "Committed `spec.md` and `plan.md`" in reply(stage, repo, pull.number)
        run = stage.run(repo, pull.head_sha)
        assert run.title == "2 principles unanswered · 12 clarifications open"

    def test_again_commits_nothing(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, {"src/app.py": "print()\n"})
        say(stage, repo, pull.number, "/plan commit", "grace")
        head = pull.head_sha
        say(stage, repo, pull.number, "/plan commit", "grace")
        assert pull.head_sha == head
        assert "Nothing to commit" in reply(stage, repo, pull.number)

    def test_what_somebody_wrote_stays(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, feature(text=TEMPLATE))
        say(stage, repo, pull.number, "/plan commit", "grace")
        assert text_at(repo, "001-search", "specs/001-search/spec.md") == SPEC
        assert "Committed `plan.md`" in reply(stage, repo, pull.number)

    def test_a_branch_that_moves_meanwhile_is_not_overwritten(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, {"src/app.py": "print()\n"})

        def move() -> None:
            stage.world.push(repo, "001-search", {"specs/001-search/spec.md": SPEC}, author="ada")

        stage.world.faults.add(Fault("git/create-commit", 0, meanwhile=move))
        before = pull.head_sha
        say(stage, repo, pull.number, "/plan commit", "grace")
        assert text_at(repo, "001-search", "specs/001-search/spec.md") == SPEC
        assert len(messages(repo, "001-search", before)) == 1
        assert "the feature folder changed since" in reply(stage, repo, pull.number)

    def test_a_fork_gets_a_patch_that_applies(self, stage: Stage) -> None:
        repo = harbour(stage)
        fork = stage.world.fork(repo, "eve")
        head = stage.world.push(fork, "001-search", {"src/app.py": "print()\n"}, author="eve")
        pull = stage.world.open_pull_request(repo, "001-search", author="eve", fork=fork)
        stage.drain(patience=10)
        comment = say(stage, repo, pull.number, "/plan commit", "grace")
        assert faces(stage, repo, comment) == ["eyes", "-1"]
        told = reply(stage, repo, pull.number)
        assert "in a fork, where this App cannot write" in told
        patch = told.split("diff\n", 1)[1].split("\n```", 1)[0] + "\n"
        assert "+# Implementation Plan: Search" in patch
        assert pull.head_sha == head


class TestWaive:
    def waived(self, stage: Stage, repo: Repository, who: str = "mona") -> PullRequest:
        pull = opened(stage, repo, FAILING)
        say(stage, repo, pull.number, "/plan waive unjustified-violation it is three lines long", who)
        return pull

    def test_it_is_shown_in_title_and_table(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = self.waived(stage, repo)
        run = stage.run(repo, pull.head_sha)
        assert run.conclusion == "success"
        assert (run.title or "").endswith("unjustified-violation waived by mona")
        told = run.summary or ""
        assert "**unjustified-violation is waived** by `mona` (maintain), until the feature folder" in told
        assert "\n> it is three lines long\n" in told
        assert "| ❌ violated" in told
        assert "waived by `mona`" in told
        answer = reply(stage, repo, pull.number)
        assert "**unjustified-violation is waived** by `mona` (maintain):" in answer
        assert "- I. Library First is violated and not justified ([plan.md:" in answer

    def test_a_head_that_was_pushed_after_the_comment_is_not_waived_unseen(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, FAILING)
        seen = pull.head_sha[:7]
        text = "/plan waive unjustified-violation it is three lines long"
        comment = stage.world.comment(repo, pull.number, text, author="mona")
        more = {"specs/001-search/plan.md": plan("FAIL") + "\nNow we also ship the customers' passwords.\n"}
        stage.world.push(repo, "001-search", more, author="ada")
        stage.drain(patience=10)
        assert stage.run(repo, pull.head_sha).conclusion == "failure"
        assert faces(stage, repo, comment) == ["eyes", "confused"]
        answer = reply(stage, repo, pull.number)
        assert f"You wrote this when `{seen}` was the head." in answer
        assert "the feature folder changed since" in answer

    def test_a_push_that_leaves_the_folder_alone_does_no_harm(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, FAILING)
        text = "/plan waive unjustified-violation it is three lines long"
        stage.world.comment(repo, pull.number, text, author="mona")
        stage.world.push(repo, "001-search", {"src/app.py": "print()\n"}, author="ada")
        stage.drain(patience=10)
        assert stage.run(repo, pull.head_sha).conclusion == "success"

    def test_before_the_first_run_nothing_is_waived(self, stage: Stage) -> None:
        repo = harbour(stage)
        stage.world.push(repo, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.world.comment(
            repo, pull.number, "/plan waive unjustified-violation it is three lines long", author="mona"
        )
        stage.world.advance(60)
        stage.drain(patience=10)
        assert stage.run(repo, pull.head_sha).conclusion == "failure"
        assert "No check run here was complete before you wrote." in reply(stage, repo, pull.number)

    def test_nobody_waives_findings_of_their_own(self, stage: Stage) -> None:
        repo = harbour(stage)
        stage.world.user("ada", "admin", repo)
        pull = self.waived(stage, repo, "ada")
        assert stage.run(repo, pull.head_sha).conclusion == "failure"
        assert "The author of a pull request cannot waive its findings" in reply(stage, repo, pull.number)

    def test_unless_the_default_branch_allows_it(self, stage: Stage) -> None:
        repo = harbour(stage, files={".github/app.yml": "plangate:\n  waive_own: true\n"})
        stage.world.user("ada", "admin", repo)
        pull = self.waived(stage, repo, "ada")
        assert stage.run(repo, pull.head_sha).conclusion == "success"

    def test_after_the_last_day_of_a_waiver_its_head_is_judged_again(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, FAILING)
        day = datetime.fromtimestamp(stage.clock.now(), UTC).date().isoformat()
        say(stage, repo, pull.number, f"/plan waive unjustified-violation it is three lines long until {day}", "mona")
        assert stage.run(repo, pull.head_sha).conclusion == "success"
        assert f"and until {day} (UTC)" in reply(stage, repo, pull.number)
        reconciler = reconciling(stage)
        reconciler.tick()
        assert stage.drain() == [], "its last day is not over"
        stage.world.advance(86_400)
        reconciler.tick()
        assert len(stage.drain()) == 1
        assert [run.conclusion for run in stage.runs(repo, pull.head_sha)] == ["failure", "success", "failure"]
        reconciling(stage).tick()
        assert stage.drain() == [], "it ends once, after a restart too"

    def test_a_waiver_whose_last_day_is_over_is_not_given(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, FAILING)
        text = "/plan waive unjustified-violation it is three lines long until 2020-01-31"
        comment = say(stage, repo, pull.number, text, "mona")
        assert faces(stage, repo, comment) == ["eyes", "confused"]
        assert "2020-01-31 is over (UTC)" in reply(stage, repo, pull.number)
        assert stage.run(repo, pull.head_sha).conclusion == "failure"

    def test_it_survives_an_update_of_the_branch_and_what_leaves_the_folder_alone(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = self.waived(stage, repo)
        stage.world.push(repo, "001-search", {"src/app.py": "print()\n"}, author="ada")
        stage.drain(patience=10)
        assert "waived by mona" in (stage.run(repo, pull.head_sha).title or "")

    @pytest.mark.parametrize("text", [plan("FAIL") + "\nMore.\n", plan("FAIL", "FAIL")])
    def test_it_ends_when_the_folder_changes(self, stage: Stage, text: str) -> None:
        repo = harbour(stage)
        pull = self.waived(stage, repo)
        stage.world.push(repo, "001-search", {"specs/001-search/plan.md": text}, author="ada")
        stage.drain(patience=10)
        assert stage.run(repo, pull.head_sha).conclusion == "failure"

    def test_it_goes_along_into_the_merge_queue(self, stage: Stage) -> None:
        repo = harbour(stage)
        self.waived(stage, repo)
        base = repo.branch("main") or ""
        queue = "gh-readonly-queue/main/pr-1-0"
        head = stage.world.push(repo, queue, FAILING, author="ada")
        ref = f"refs/heads/{queue}"
        about = stage.about(repo)
        stage.put(MergeGroupRequested(**about, head_sha=head, head_ref=ref, base_sha=base, base_ref="refs/heads/main"))
        stage.drain()
        assert stage.run(repo, head).conclusion == "success"

    def test_write_access_is_not_enough(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = self.waived(stage, repo, "grace")
        assert stage.run(repo, pull.head_sha).conclusion == "failure"
        assert "needs **maintain** access here; you have write." in reply(stage, repo, pull.number)

    def test_a_misread_non_negotiable_takes_an_admin(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, feature(text=plan("PASS", "FAIL")))
        assert stage.run(repo, pull.head_sha).conclusion == "failure"
        order = "/plan waive non-negotiable-violated the word FAIL stands in a quote"
        say(stage, repo, pull.number, order, "mona")
        assert "needs **admin** access here; you have maintain." in reply(stage, repo, pull.number)
        assert stage.run(repo, pull.head_sha).conclusion == "failure"
        say(stage, repo, pull.number, order, "root")
        assert stage.run(repo, pull.head_sha).conclusion == "success"

    def test_a_lock_forbids_it(self, stage: Stage) -> None:
        repo = harbour(stage, files={".github/app.yml": "plangate:\n  locked: [waive]\n"})
        pull = self.waived(stage, repo, "root")
        assert "Waivers are locked here" in reply(stage, repo, pull.number)
        assert stage.run(repo, pull.head_sha).conclusion == "failure"

    def test_what_was_not_found_is_not_waived(self, stage: Stage) -> None:
        repo = harbour(stage)
        pull = opened(stage, repo, FAILING)
        comment = say(stage, repo, pull.number, "/plan waive dead-link nobody follows that link", "mona")
        assert faces(stage, repo, comment) == ["eyes", "confused"]
        assert "nothing to waive" in reply(stage, repo, pull.number)

    def test_never_a_broken_configuration(self, stage: Stage) -> None:
        repo = harbour(stage, files={".github/app.yml": "plangate: {mode: maybe}\n"})
        pull = opened(stage, repo, FAILING)
        assert stage.run(repo, pull.head_sha).conclusion == "action_required"
        say(stage, repo, pull.number, "/plan waive unjustified-violation it is three lines long", "root")
        assert "A configuration that cannot be read is not waived" in reply(stage, repo, pull.number)
        assert stage.run(repo, pull.head_sha).conclusion == "action_required"


class TestPreparedRows:
    def test_a_violation_that_the_unwritten_plan_admits_has_its_row(self, stage: Stage, ferry: Repository) -> None:
        table = "| Principle | Status | Notes |\n|---|---|---|\n| I. Library First | ❌ FAIL | |\n"
        text = TEMPLATE.replace("[Gates determined based on constitution file]\n", table)
        pull = opened(stage, ferry, feature(text=text))
        drafted = stage.run(ferry, pull.head_sha).text or ""
        tracking = drafted.split("## Complexity Tracking")[1]
        assert "| I. Library First | | |" in tracking


class TestConversation:
    def test_answers_stand_below_the_questions_and_the_plan_in_its_place(self, stage: Stage, ferry: Repository) -> None:
        issue = asked(stage, ferry)
        for text in ("/plan", "/plan help", "/plan start", "/plan nonsense", "/plan status"):
            say(stage, ferry, issue, text, "eve")
        first, *answers = replies(stage, ferry, issue)
        assert "This becomes feature" in first
        assert [answer.split("\n")[1] for answer in answers] == [
            f"<sub>`{text}` by `eve`</sub>" for text in ("/plan help", "/plan start", "/plan nonsense", "/plan status")
        ]

    def test_a_newer_answer_hides_the_askers_older_one(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, FAILING)
        say(stage, ferry, pull.number, "/plan status", "eve")
        say(stage, ferry, pull.number, "/plan status", "tri")
        stage.world.push(ferry, "001-search", {"README.md": "# Ferry\n"}, author="ada")
        stage.drain(patience=10)
        say(stage, ferry, pull.number, "/plan status", "eve")
        answers = [comment for comment in stage.comments(ferry, pull.number) if "kind=answer" in comment.body]
        assert [comment.minimized for comment in answers] == ["outdated", None, None]
        head = pull.head_sha[:7]
        assert latest(stage, ferry, pull.number).split("\n")[1] == f"<sub>`/plan status` by `eve` · on `{head}`</sub>"

    def test_a_plan_that_is_there_is_answered_below_the_question(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, FAILING)
        for text in ("/plan", "/plan"):
            say(stage, ferry, pull.number, text, "ada")
        (answer,) = replies(stage, ferry, pull.number)
        assert answer.split("\n")[1] == f"<sub>`/plan` by `ada` · on `{pull.head_sha[:7]}`</sub>"
        stage.world.push(ferry, "001-search", feature(text=plan()), author="ada")
        stage.drain(patience=10)
        say(stage, ferry, pull.number, "/plan", "ada")
        answers = [comment for comment in stage.comments(ferry, pull.number) if "kind=answer" in comment.body]
        assert [comment.minimized for comment in answers] == ["outdated", None]

    def test_the_same_answer_is_not_written_again(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, FAILING)
        comments = [say(stage, ferry, pull.number, "/plan why", "eve") for _ in range(2)]
        assert [faces(stage, ferry, comment) for comment in comments] == [["eyes", "rocket"]] * 2
        assert len(replies(stage, ferry, pull.number)) == 1

    def test_the_recipe_of_an_issue_ends_green_when_it_is_followed(self, stage: Stage, ferry: Repository) -> None:
        issue = asked(stage, ferry)
        say(stage, ferry, issue, "/plan", "eve")
        text = reply(stage, ferry, issue)
        recipe = text.split("```bash\n", 1)[1].split("\n```", 1)[0]
        spec, plan_text = (part.split("\n```", 1)[0] for part in text.split("```markdown\n")[1:3])
        saved = re.search(r"^# save the spec below as (\S+)$", recipe, re.MULTILINE)
        branch = re.search(r"git switch --create (\S+)", recipe)
        assert saved is not None
        assert branch is not None
        stage.world.push(ferry, branch[1], {saved[1]: spec + "\n"}, author="eve")
        pull = stage.world.open_pull_request(ferry, branch[1], author="eve")
        stage.drain(patience=10)
        run = stage.run(ferry, pull.head_sha)
        assert run.conclusion == "success", run.title
        assert plan_text.startswith("# Implementation Plan: ")
