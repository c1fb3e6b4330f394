"""Reviews with comments on lines, their threads, and suggestions, as GitHub keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import github
import pytest

from bot.sandbox.errors import ApiError
from tests.sandbox.test_pages import look, send

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest
    from tests.sandbox.scene import Stage

PAGE = "".join(f"line {number}\n" for number in range(1, 31))
THREADS = """query T($number:Int!){repository(owner:"acme",name:"server"){pullRequest(number:$number){
  reviewThreads(last:100){nodes{id isResolved isOutdated line startLine
    comments(first:1){nodes{id viewerDidAuthor}}}}}}}"""
RESOLVE = "mutation R($id:ID!){resolveReviewThread(input:{threadId:$id}){thread{isResolved}}}"
HIDE = (
    "mutation H($id:ID!){minimizeComment(input:{subjectId:$id,classifier:OUTDATED}){minimizedComment{minimizedReason}}}"
)


@pytest.fixture
def pull(stage: Stage) -> PullRequest:
    """A pull request that changes line 10 of a page of thirty and adds another page."""
    stage.world.push(stage.repository, "main", {"page.md": PAGE}, author="ada")
    changed = {"page.md": PAGE.replace("line 10\n", "line ten\n"), "new.md": "one\ntwo\nthree"}
    stage.world.push(stage.repository, "change", changed, author="ada")
    return stage.world.open_pull_request(stage.repository, "change", author="ada")


def submit(stage: Stage, pull: PullRequest, *comments: dict[str, Any]) -> None:
    review: Any = {"body": "x", "event": "COMMENT", "comments": list(comments)}
    stage.pygithub_repository().get_pull(pull.number).create_review(**review)


def fix(line: int, *lines: str, path: str = "page.md", **more: Any) -> dict[str, Any]:
    block = "\n".join(["````suggestion", *lines, "````"])
    return {"path": path, "body": f"Better:\n{block}", "line": line, "side": "RIGHT", **more}


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        (fix(6, "x"), "line must be part of the diff"),
        (fix(14, "x"), "line must be part of the diff"),
        (fix(10, "x", start_line=2, start_side="RIGHT"), "same hunk"),
        (fix(10, "x", start_line=10, start_side="RIGHT"), "must precede"),
        (fix(1, "x", path="other.md"), "path is invalid"),
        ({"path": "page.md", "body": "x"}, "line must be part of the diff"),
    ],
)
def test_a_comment_outside_of_the_diff_is_refused(
    stage: Stage, pull: PullRequest, comment: dict[str, Any], problem: str
) -> None:
    with pytest.raises(github.GithubException) as caught:
        submit(stage, pull, fix(10, "x"), comment)
    assert caught.value.status == 422
    assert problem in str(caught.value.data["errors"])
    assert stage.world.reviews(pull) == []
    assert stage.world.threads(pull) == []


def test_suggestions_become_one_commit_and_their_threads_are_resolved(stage: Stage, pull: PullRequest) -> None:
    submit(
        stage,
        pull,
        fix(10, "```text", "ten", "```", start_line=9, start_side="RIGHT"),
        fix(13),
        fix(3, "drei", "vier", path="new.md"),
    )
    sha = stage.world.apply_suggestions(*stage.world.threads(pull), author="ada")
    assert pull.head_sha == sha
    page = PAGE.replace("line 9\nline 10\n", "```text\nten\n```\n").replace("line 13\n", "")
    git = stage.repository.git
    assert git.read(f"{sha}:page.md").content.decode() == page  # type: ignore[union-attr]
    assert git.read(f"{sha}:new.md").content.decode() == "one\ntwo\ndrei\nvier"  # type: ignore[union-attr]
    assert all(thread.resolved_by for thread in stage.world.threads(pull))


def test_a_thread_follows_its_lines_until_they_change(stage: Stage, pull: PullRequest) -> None:
    submit(stage, pull, fix(10, "x"), fix(12, "x"))
    moved = "above\n" + PAGE.replace("line 10\n", "line ten\n").replace("line 12\n", "line twelve\n")
    stage.world.push(stage.repository, "change", {"page.md": moved}, author="ada")
    answer = stage.graphql(THREADS, number=pull.number)["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"]
    assert [(node["isOutdated"], node["line"]) for node in answer] == [(False, 11), (True, None)]
    assert answer[0]["comments"]["nodes"][0]["viewerDidAuthor"]
    first, second = stage.world.threads(pull)
    stage.world.apply_suggestions(first, author="ada")
    with pytest.raises(ApiError, match="Unprocessable"):
        stage.world.apply_suggestions(second, author="ada")


def test_a_thread_is_resolved_with_the_right_to_write_contents_and_hidden_without(
    stage: Stage, pull: PullRequest
) -> None:
    submit(stage, pull, fix(10, "x"))
    (node,) = stage.graphql(THREADS, number=pull.number)["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"]
    reading = stage.token(pull_requests="write", contents="read")
    assert stage.graphql(RESOLVE, reading, id=node["id"])["errors"][0]["type"] == "FORBIDDEN"
    hidden = stage.graphql(HIDE, reading, id=node["comments"]["nodes"][0]["id"])
    assert hidden["data"]["minimizeComment"]["minimizedComment"]["minimizedReason"] == "outdated"
    assert stage.graphql(RESOLVE, stage.token(contents="write", pull_requests="write"), id=node["id"])
    assert stage.world.threads(pull)[0].resolved_by is stage.world.app.bot
    assert "NOT_FOUND" in str(stage.graphql(RESOLVE, stage.token(contents="write"), id="PRRT_x"))


def test_a_page_shows_the_suggestion_and_its_button_commits_it(stage: Stage, pull: PullRequest) -> None:
    submit(stage, pull, fix(10, "<b>ten</b>"))
    (thread,) = stage.world.threads(pull)
    page = look(stage, f"/acme/server/pull/{pull.number}")
    assert '<span class="minus">line ten</span><span class="plus">&lt;b&gt;ten&lt;/b&gt;</span>' in page
    stage.world.user("eve", "read", stage.repository)
    button = f"/acme/server/pull/{pull.number}/suggestions/{thread.id}"
    assert send(stage, button, **{"as": "eve"}).status_code == 403
    assert "Resolved by ada" in send(stage, button, **{"as": "ada"}).text


def test_a_locked_conversation_takes_no_review(stage: Stage, pull: PullRequest) -> None:
    stage.world.lock_conversation(stage.repository, pull.number)
    with pytest.raises(github.GithubException) as caught:
        submit(stage, pull, fix(10, "x"))
    assert caught.value.status == 403
