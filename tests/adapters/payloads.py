"""Small payloads in GitHub's shapes, for the tests of the door."""

from __future__ import annotations

from typing import Any

SHA = "a" * 40
ZERO = "0" * 40
PERSON = {"login": "mona", "type": "User", "id": 7}
BOT = {"login": "helper[bot]", "type": "Bot", "id": 8}
APP_ID = 4711


def about(**more: Any) -> dict[str, Any]:
    """What every delivery about a repository holds."""
    return {
        "repository": {
            "id": 42,
            "name": "ferry",
            "full_name": "acme/ferry",
            "owner": {"login": "acme", "name": "acme"},
            "default_branch": "main",
            "private": True,
        },
        "installation": {"id": 99, "node_id": "x"},
        "sender": PERSON,
        **more,
    }


def push(branch: str = "001-error-report", **more: Any) -> dict[str, Any]:
    return about(
        **{
            "ref": f"refs/heads/{branch}",
            "before": "b" * 40,
            "after": SHA,
            "created": False,
            "deleted": False,
            "forced": False,
            "base_ref": None,
            "commits": [{"id": SHA, "message": "x"}],
            **more,
        }
    )


def pull_request(action: str = "opened", **more: Any) -> dict[str, Any]:
    pull = {
        "number": 5,
        "body": "",
        "node_id": "PR_5",
        "user": PERSON,
        "head": {"ref": "001-error-report", "sha": SHA, "repo": {"full_name": "acme/ferry", "id": 42}},
        "base": {"ref": "main", "sha": "c" * 40, "repo": {"full_name": "acme/ferry", "id": 42}},
        **more.pop("pull_request", {}),
    }
    return about(action=action, number=5, pull_request=pull, **more)


def comment(body: str, action: str = "created", **more: Any) -> dict[str, Any]:
    return about(
        action=action,
        issue={"number": 12, "user": {"login": "author", "type": "User"}, "body": "An idea", **more.pop("issue", {})},
        comment={"id": 1001, "node_id": "IC_1", "body": body, "user": PERSON, **more.pop("comment", {})},
        **more,
    )


def check_run(action: str = "rerequested", app: int = APP_ID, **more: Any) -> dict[str, Any]:
    return about(
        action=action,
        check_run={
            "id": 77,
            "head_sha": SHA,
            "external_id": "pr:5",
            "app": {"id": app, "slug": "x"},
            "check_suite": {"id": 3, "head_branch": "001-error-report"},
        },
        **more,
    )
