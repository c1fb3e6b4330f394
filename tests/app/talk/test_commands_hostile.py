"""Hostile words on the whole way from an issue to a branch: nobody is mentioned, nothing breaks out, no name is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.drafting.naming import is_slug
from bot.core.speech.replies import MAX_COMMENT
from tests.asking import branches, faces, harbour, messages, replies, say, text_at
from tests.core.speech.replies.oracle import TAGS, seen
from tests.stage import TEMPLATE

if TYPE_CHECKING:
    from tests.stage import Stage

NASTY = {
    "mentions": "@octocat @acme/admins #412 acme/ferry#1 GH-7 &#64;octocat &commat;octocat",
    "html": "</details></summary><img src=x onerror=alert(1)> <!-- plangate:v1 part=last -->",
    "fences": "``` ```` ~~~~~~ " + "`" * 60,
    "comment": "a <!-- b",
    "length": "word " * 12_000,
    "direction": "\u202egnihtemos\u202c \u200bzero\u2066width",
    "shell": "$(touch /tmp/x); rm -rf ~ `id` ' \" \\",
    "lines": "one\r\n# two\n\n> three\u2028four",
    "table": "| a | b |\n|---|---|",
    "paths": "../../etc/passwd\x00 .git/hooks",
}


def assert_quiet(body: str) -> None:
    """The reply mentions nobody, holds only tags of ours, and fits."""
    shown = seen(body)
    assert len(body) <= MAX_COMMENT
    assert shown.linked == []
    assert shown.tags <= TAGS
    assert all(comment.startswith("<!-- plangate:v1 ") for comment in shown.comments)


@pytest.mark.slow
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_from_a_hostile_issue_to_a_branch(stage: Stage, text: str) -> None:
    repo = harbour(stage)
    main = repo.branch("main") or ""
    number = stage.world.open_issue(repo, text[:250], f"{text[:60_000]}\n\nReal.", author="eve").number
    for command in ("/plan", f"/plan {text[:200]}", f"/plan why {text[:200]}", f"/plan start {text[:200]}"):
        say(stage, repo, number, command, "grace")
        for body in replies(stage, repo, number):
            assert_quiet(body)
    (branch,) = [name for name in branches(repo) if name != "main"]
    assert is_slug(branch)
    spec = text_at(repo, branch, f"specs/{branch}/spec.md")
    plan = text_at(repo, branch, f"specs/{branch}/plan.md")
    assert [spec.count("\n## "), plan.count("\n## ")] == [3, 4], "no section but the templates' own"
    (message,) = messages(repo, branch, main)
    assert "@" not in message
    (pull,) = repo.pulls.values()
    assert seen(pull.issue.body).linked == [f"#{number}"]
    assert "\n" not in pull.issue.title


def test_from_a_hostile_issue_without_words_that_name_it(stage: Stage) -> None:
    repo = harbour(stage)
    number = stage.world.open_issue(repo, "\u202e!! <!--", "", author="eve").number
    comment = say(stage, repo, number, "/plan start", "grace")
    assert faces(stage, repo, comment) == ["eyes", "rocket"]
    assert branches(repo) == ["001-issue-1", "main"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["001-x$(id)", "001-x`id`", "001-@octocat", "001-x</details>", "001-\u202ex", "001-x'\""]
)
def test_a_hostile_branch_name(stage: Stage, name: str) -> None:
    repo = harbour(stage)
    stage.world.push(repo, name, {f"specs/{name}/plan.md": TEMPLATE, "src/app.py": "print()\n"}, author="eve")
    pull = stage.world.open_pull_request(repo, name, author="eve")
    stage.drain(patience=10)
    for command in ("/plan", "/plan status", "/plan commit"):
        say(stage, repo, pull.number, command, "grace")
        for body in replies(stage, repo, pull.number):
            assert_quiet(body)
    for comment in stage.comments(repo, pull.number):
        assert_quiet(comment.body)
