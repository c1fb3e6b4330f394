"""Asking for things in comments, and looking at what people see then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stage import SPEC_KIT

if TYPE_CHECKING:
    from bot.sandbox.state import Comment, Issue, Repository
    from tests.stage import Stage

WRITES = {
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
"""What an account has granted whose host chose the set with commits."""

PEOPLE = {"tri": "triage", "grace": "write", "mona": "maintain", "root": "admin"}
"""Logins with their roles; eve and ada have none."""


def harbour(stage: Stage, name: str = "harbour", files: dict[str, str] | None = None) -> Repository:
    """A repository that the App may write to, with somebody in every role."""
    repository = stage.world.create_repository("acme", name, {"README.md": "#\n", **SPEC_KIT, **(files or {})})
    stage.world.install("acme", [repository], permissions=WRITES)
    for login, role in PEOPLE.items():
        stage.world.user(login, role, repository)
    stage.drain()
    return repository


def say(stage: Stage, repo: Repository, number: int, text: str, author: str) -> Comment:
    """Comment, and let everything happen that comes of it."""
    comment = stage.world.comment(repo, number, text, author=author)
    stage.drain(patience=10)
    return comment


def replies(stage: Stage, repo: Repository, number: int) -> list[str]:
    """Our comments there that are shown and answer commands: the one with the plan, and an answer below each other."""
    ours = [comment for comment in stage.comments(repo, number) if "kind=plan" in comment.body or _is_answer(comment)]
    return [comment.body for comment in ours if comment.minimized is None]


def _is_answer(comment: Comment) -> bool:
    return comment.body.startswith("<!-- plangate:v1 kind=answer ")


def reply(stage: Stage, repo: Repository, number: int) -> str:
    """All that is shown of our replies to commands, from the top. Fails where nothing is."""
    shown = replies(stage, repo, number)
    assert shown, "nothing was answered"
    return "\n".join(shown)


def latest(stage: Stage, repo: Repository, number: int) -> str:
    """The reply that stands last."""
    return replies(stage, repo, number)[-1]


def faces(stage: Stage, repo: Repository, subject: Comment | Issue) -> list[str]:
    """The reactions that stand on something, in their order."""
    return [one.content for one in stage.world.reactions(repo, subject)]


def text_at(repo: Repository, branch: str, path: str) -> str:
    """The text of a file on a branch. Fails where either is not there."""
    found = repo.git.read(f"{repo.branch(branch)}:{path}")
    assert found is not None, f"there is no {path} on {branch}"
    return found.content.decode()


def messages(repo: Repository, branch: str, since: str) -> list[str]:
    """The messages of the commits that a branch has and `since` (a commit) has not, the oldest first."""
    return [commit.message for commit in repo.git.log(repo.branch(branch) or "", f"^{since}")[::-1]]


def branches(repo: Repository) -> list[str]:
    """The names of all branches."""
    return sorted(ref.removeprefix("refs/heads/") for ref in repo.refs if ref.startswith("refs/heads/"))
