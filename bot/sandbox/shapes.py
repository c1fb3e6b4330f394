"""Issues, pull requests and checks as GitHub's REST JSON; both client libraries rely on every key."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any

from bot.sandbox.account_shapes import AccountShapes
from bot.sandbox.state import (
    CheckRun,
    CheckSuite,
    Comment,
    Issue,
    PullRequest,
    Reaction,
    Repository,
    Review,
    User,
    iso,
    node_id,
)

if TYPE_CHECKING:
    from bot.sandbox import git

Json = dict[str, Any]
CONTENTS = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"]


_UNUSED_ISSUE_FIELDS: Json = {
    "assignee": None,
    "assignees": [],
    "milestone": None,
    "active_lock_reason": None,
    "performed_via_github_app": None,
}
"""Fields of an issue that the sandbox does not use."""


@dataclass(slots=True)
class Shapes(AccountShapes):
    """Builds REST JSON with the addresses of this sandbox."""

    def reactions(self, url: str, counts: dict[str, int]) -> Json:
        """A reaction rollup."""
        return {"url": f"{url}/reactions", "total_count": sum(counts.values())} | {
            content: counts.get(content, 0) for content in CONTENTS
        }

    def reaction(self, reaction: Reaction) -> Json:
        """A reaction."""
        return {
            "id": reaction.id,
            "node_id": node_id("REA", reaction.id),
            "user": self.user(reaction.user),
            "content": reaction.content,
            "created_at": iso(reaction.created_at),
        }

    def label(self, repository: Repository, name: str) -> Json:
        """A label. Its number is made from its name."""
        number = int(md5(name.encode(), usedforsecurity=False).hexdigest()[:7], 16)
        return {
            "id": number,
            "node_id": node_id("LA", number),
            "url": f"{self.api}/repos/{repository.full_name}/labels/{name}",
            "name": name,
            "color": repository.labels.get(name, "ededed"),
            "default": False,
            "description": None,
        }

    def association(self, repository: Repository, user: User) -> str:
        """GitHub's `author_association` of an account."""
        if user is repository.owner:
            return "OWNER"
        return "COLLABORATOR" if user.login in repository.roles else "NONE"

    def issue(self, repository: Repository, issue: Issue, counts: dict[str, int]) -> Json:
        """An issue, or a pull request as the issues API shows it."""
        api = f"{self.api}/repos/{repository.full_name}"
        pull = repository.pulls.get(issue.number)
        url, page = f"{api}/issues/{issue.number}", "issues" if pull is None else "pull"
        html = f"{self.url}/{repository.full_name}/{page}/{issue.number}"
        body = {
            "url": url,
            "repository_url": api,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": html,
            "id": issue.id,
            "node_id": node_id("I" if pull is None else "PR", issue.id if pull is None else pull.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.user),
            "labels": [self.label(repository, name) for name in issue.labels],
            "state": issue.state,
            "locked": issue.locked,
            "comments": sum(comment.issue is issue for comment in repository.comments.values()),
            "created_at": iso(issue.created_at),
            "updated_at": iso(issue.updated_at),
            "closed_at": None if issue.closed_at is None else iso(issue.closed_at),
            "closed_by": None,
            "author_association": self.association(repository, issue.user),
            "body": issue.body,
            "reactions": self.reactions(url, counts),
            "timeline_url": f"{url}/timeline",
            "state_reason": issue.state_reason,
        } | _UNUSED_ISSUE_FIELDS
        if pull is not None:
            body |= {"pull_request": _pull_links(pull, f"{api}/pulls/{issue.number}", html), "draft": pull.draft}
        return body

    def comment(self, repository: Repository, comment: Comment, counts: dict[str, int]) -> Json:
        """A comment on an issue or pull request."""
        api = f"{self.api}/repos/{repository.full_name}"
        kind = "pull" if comment.issue.number in repository.pulls else "issues"
        url = f"{api}/issues/comments/{comment.id}"
        return {
            "url": url,
            "html_url": f"{self.url}/{repository.full_name}/{kind}/{comment.issue.number}#issuecomment-{comment.id}",
            "issue_url": f"{api}/issues/{comment.issue.number}",
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "user": self.user(comment.user),
            "created_at": iso(comment.created_at),
            "updated_at": iso(comment.updated_at),
            "author_association": self.association(repository, comment.user),
            "body": comment.body,
            "reactions": self.reactions(url, counts),
            "performed_via_github_app": None if comment.app is None else self.app(comment.app),
        }

    def review(self, review: Review) -> Json:
        """A review."""
        repository = review.pull.base
        html = f"{self.url}/{repository.full_name}/pull/{review.pull.number}#pullrequestreview-{review.id}"
        url = f"{self.api}/repos/{repository.full_name}/pulls/{review.pull.number}"
        return {
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.user(review.user),
            "body": review.body,
            "state": review.state.upper(),
            "html_url": html,
            "pull_request_url": url,
            "author_association": self.association(repository, review.user),
            "_links": {"html": {"href": html}, "pull_request": {"href": url}},
            "submitted_at": iso(review.submitted_at),
            "commit_id": review.commit,
        }

    def branch_end(self, repository: Repository | None, owner: str, ref: str, sha: str) -> Json:
        """`head` or `base` of a pull request."""
        return {
            "label": f"{owner}:{ref}",
            "ref": ref,
            "sha": sha,
            "user": None if repository is None else self.user(repository.owner),
            "repo": None if repository is None else self.repository(repository),
        }

    def pull(self, pull: PullRequest) -> Json:
        """A pull request as lists show it."""
        repository, issue = pull.base, pull.issue
        return {
            **self._pull_addresses(pull),
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "number": issue.number,
            "state": issue.state,
            "locked": issue.locked,
            "title": issue.title,
            "user": self.user(issue.user),
            "body": issue.body,
            "labels": [self.label(repository, name) for name in issue.labels],
            "milestone": None,
            "active_lock_reason": None,
            "created_at": iso(issue.created_at),
            "updated_at": iso(issue.updated_at),
            "closed_at": None if issue.closed_at is None else iso(issue.closed_at),
            "merged_at": None if pull.merged_at is None else iso(pull.merged_at),
            "merge_commit_sha": pull.merge_sha,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "head": self.branch_end(pull.head, pull.head_owner, pull.head_ref, pull.head_sha),
            "base": self.branch_end(repository, repository.owner.login, pull.base_ref, pull.base_sha),
            "author_association": self.association(repository, issue.user),
            "auto_merge": None,
            "draft": pull.draft,
        }

    def _pull_addresses(self, pull: PullRequest) -> Json:
        number, name = pull.issue.number, pull.base.full_name
        api = f"{self.api}/repos/{name}"
        url, html = f"{api}/pulls/{number}", f"{self.url}/{name}/pull/{number}"
        links = {
            "self": url,
            "html": html,
            "issue": f"{api}/issues/{number}",
            "comments": f"{api}/issues/{number}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{api}/pulls/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{api}/statuses/{pull.head_sha}",
        }
        return {
            "url": url,
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "issue_url": links["issue"],
            "commits_url": links["commits"],
            "review_comments_url": links["review_comments"],
            "review_comment_url": links["review_comment"],
            "comments_url": links["comments"],
            "statuses_url": links["statuses"],
            "_links": {relation: {"href": href} for relation, href in links.items()},
        }

    def full_pull(self, pull: PullRequest) -> Json:
        """A pull request as `GET …/pulls/{number}` and deliveries show it."""
        repository = pull.base
        files = pull_files(pull)
        commits = pull_commits(pull)
        mergeable = merges(pull)
        return (
            self.pull(pull)
            | self.stack(pull)
            | {
                "merged": pull.merged_at is not None,
                "mergeable": mergeable,
                "rebaseable": mergeable,
                "mergeable_state": {None: "unknown", True: "clean", False: "dirty"}[mergeable],
                "merged_by": None if pull.merged_by is None else self.user(pull.merged_by),
                "comments": sum(comment.issue is pull.issue for comment in repository.comments.values()),
                "review_comments": 0,
                "maintainer_can_modify": False,
                "commits": len(commits),
                "additions": sum(file.additions for file in files),
                "deletions": sum(file.deletions for file in files),
                "changed_files": len(files),
            }
        )

    def stack(self, pull: PullRequest) -> Json:
        """The key `stack` of a pull request in a stack; empty for any other."""
        stack = pull.base.stack_of(pull)
        if stack is None:
            return {}
        base = {"ref": stack.base_ref, "sha": pull.base.branch(stack.base_ref) or stack.layers[0].base_sha}
        position = stack.layers.index(pull) + 1
        shape = {"id": stack.id, "number": stack.number, "size": len(stack.layers), "position": position, "base": base}
        return {"stack": shape}

    def linked_pull(self, pull: PullRequest) -> Json:
        """A pull request as check runs and suites name it."""
        api = f"{self.api}/repos"

        def end(repository: Repository, ref: str, sha: str) -> Json:
            url = f"{api}/{repository.full_name}"
            return {"ref": ref, "sha": sha, "repo": {"id": repository.id, "url": url, "name": repository.name}}

        return {
            "url": f"{api}/{pull.base.full_name}/pulls/{pull.number}",
            "id": pull.id,
            "number": pull.number,
            "head": end(pull.head or pull.base, pull.head_ref, pull.head_sha),
            "base": end(pull.base, pull.base_ref, pull.base_sha),
        }

    def linked_pulls(self, repository: Repository, sha: str) -> list[Json]:
        """Open pull requests of a head, of this repository's own branches only: forks' are left out, as GitHub does."""
        return [
            self.linked_pull(pull)
            for pull in repository.pulls.values()
            if pull.open and pull.head_sha == sha and pull.head is repository
        ]

    def check_run(self, repository: Repository, run: CheckRun) -> Json:
        """A check run."""
        api = f"{self.api}/repos/{repository.full_name}"
        return {
            "id": run.id,
            "name": run.name,
            "node_id": node_id("CR", run.id),
            "head_sha": run.suite.head_sha,
            "external_id": run.external_id,
            "url": f"{api}/check-runs/{run.id}",
            "html_url": f"{self.url}/{repository.full_name}/runs/{run.id}",
            "details_url": run.details_url,
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": stamp(run.started_at),
            "completed_at": stamp(run.completed_at),
            "output": {
                "title": run.title,
                "summary": run.summary,
                "text": run.text,
                "annotations_count": len(run.annotations),
                "annotations_url": f"{api}/check-runs/{run.id}/annotations",
            },
            "check_suite": {"id": run.suite.id},
            "app": self.app(run.suite.app),
            "pull_requests": self.linked_pulls(repository, run.suite.head_sha),
        }

    def check_suite(self, repository: Repository, suite: CheckSuite) -> Json:
        """A check suite."""
        url = f"{self.api}/repos/{repository.full_name}/check-suites/{suite.id}"
        commit = repository.git.commit(suite.head_sha)
        return {
            "id": suite.id,
            "node_id": node_id("CS", suite.id),
            "head_branch": suite.head_branch,
            "head_sha": suite.head_sha,
            "status": suite.status,
            "conclusion": suite.conclusion,
            "url": url,
            "before": suite.before,
            "after": suite.head_sha,
            "pull_requests": self.linked_pulls(repository, suite.head_sha),
            "app": self.app(suite.app),
            "repository": self.minimal_repository(repository),
            "created_at": iso(suite.created_at),
            "updated_at": iso(suite.updated_at),
            "rerequestable": True,
            "runs_rerequestable": True,
            "latest_check_runs_count": sum(run.suite is suite for run in repository.runs.values()),
            "check_runs_url": f"{url}/check-runs",
            "head_commit": None if commit is None else simple_commit(commit),
        }


def stamp(moment: float | str | None) -> str | None:
    """A time as text; a time that an App gave as text is kept."""
    return iso(moment) if isinstance(moment, int | float) else moment


def person(signature: git.Signature) -> Json:
    """An author or committer, as git knows one."""
    return {"name": signature.name, "email": signature.email, "date": iso(signature.when)}


def simple_commit(commit: git.Commit) -> Json:
    """A commit in a check suite."""
    return {
        "id": commit.oid,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": iso(commit.committer.when),
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
    }


def merges(pull: PullRequest) -> bool | None:
    """Whether it merges into the tip of its base; None when it is closed, or while GitHub is still computing that."""
    if not pull.open or pull.mergeable_unknown:
        return None
    tip = pull.base.branch(pull.base_ref) or pull.base_sha
    return pull.base.git.merge(tip, pull.head_sha) is not None


def pull_files(pull: PullRequest) -> tuple[git.FileChange, ...]:
    """The files of a pull request: from the merge base to the head."""
    base = pull.base.git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
    return pull.base.git.diff(base, pull.head_sha)


def pull_commits(pull: PullRequest) -> list[git.Commit]:
    """The commits of a pull request, oldest first."""
    return pull.base.git.log(pull.head_sha, f"^{pull.base_sha}", limit=250)[::-1]


def _pull_links(pull: PullRequest, url: str, html: str) -> Json:
    return {
        "url": url,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "merged_at": None if pull.merged_at is None else iso(pull.merged_at),
    }
