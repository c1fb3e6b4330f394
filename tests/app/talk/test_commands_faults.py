"""Commands on bad days: whatever dies between two writes, there is one reply, one branch, one commit, one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.faults import Fault
from tests.asking import branches, faces, harbour, messages, replies, reply
from tests.stage import feature, plan

if TYPE_CHECKING:
    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import Comment, Repository
    from tests.stage import Stage

MOST_WRITES = 12
ASK = "/plan"
START = "/plan start"
COMMIT = "/plan commit"
WAIVE = "/plan waive unjustified-violation it is three lines long"


@dataclass(slots=True)
class AtWrite(Fault):
    """Cuts the connection at the n-th request that writes, before or after it is done."""

    nth: int = 1
    seen: int = 0

    def fits(self, request: Request) -> bool:
        """Whether this is the one."""
        self.seen += request.is_write
        return bool(request.is_write) and self.seen == self.nth


def scene(stage: Stage, text: str, name: str = "harbour") -> tuple[Repository, int, Comment]:
    """A repository, an issue or pull request in it, and a command there that nobody has worked on yet."""
    repo = harbour(stage, name)
    if text in {ASK, START}:
        number = stage.world.open_issue(repo, "Export the audit log", "An auditor reads it.", author="eve").number
    else:
        files = {"src/app.py": "print()\n"} if text == COMMIT else feature(text=plan("FAIL"))
        stage.world.push(repo, "001-search", files, author="ada")
        number = stage.world.open_pull_request(repo, "001-search", author="ada").number
    stage.drain(patience=10)
    comment = stage.world.comment(repo, number, text, author="root")
    return repo, number, comment


def assert_done_once(stage: Stage, repo: Repository, number: int, comment: Comment, text: str) -> None:
    """What the command is for is there, and once."""
    assert faces(stage, repo, comment) == ["eyes", "rocket"]
    main = repo.branch("main") or ""
    match text:
        case "/plan":
            assert "This becomes feature `001-export-audit-log`" in reply(stage, repo, number)
        case "/plan start":
            assert branches(repo) == ["001-export-audit-log", "main"]
            assert len(messages(repo, "001-export-audit-log", main)) == 1
            assert len(repo.pulls) == 1
            assert "has begun" in reply(stage, repo, number)
        case "/plan commit":
            assert [m.split("\n")[0] for m in messages(repo, "001-search", main)][1:] == [
                "Begin the spec and plan of 001-search"
            ]
            assert len(replies(stage, repo, number)) == 1
        case _:
            assert "is waived** by `root`" in reply(stage, repo, number)
            assert stage.run(repo, repo.pulls[number].head_sha).conclusion == "success"
            assert len(stage.store.waivers(repo.id)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("text", [ASK, START, COMMIT, WAIVE], ids=["ask", "start", "commit", "waive"])
class TestDeaths:
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_at_any_write(self, stage: Stage, text: str, after: bool) -> None:
        # One world for all of them: a scene is cheap, a world is not.
        for nth in range(1, MOST_WRITES):
            repo, number, comment = scene(stage, text, f"harbour-{nth}")
            fault = stage.world.faults.add(AtWrite(cut=True, after=after, nth=nth))
            stage.drain(patience=60)
            stage.world.faults.clear()
            assert_done_once(stage, repo, number, comment, text)
            if not fault.struck:
                assert nth > 1, "no write was met"
                return
        raise AssertionError("a command that writes that often should be looked at")

    def test_three_deliveries_of_everything(self, stage: Stage, text: str) -> None:
        repo, number, comment = scene(stage, text)
        stage.drain(patience=10)
        for _ in range(2):
            stage.replay()
            stage.drain(patience=10)
        assert_done_once(stage, repo, number, comment, text)
