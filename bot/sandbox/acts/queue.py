"""The merge queue: a branch of its own for every group, `merge_group` deliveries, and the merge when the checks pass.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.acts import pulls, pushes
from bot.sandbox.errors import ApiError
from bot.sandbox.git import Signature
from bot.sandbox.shapes import simple_commit
from bot.sandbox.state import Group

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Json, PullRequest, Repository, User

PREFIX = "gh-readonly-queue"


def _shape(group: Group) -> Json:
    repository = group.pull.base
    commit = repository.git.commit(group.head_sha)
    return {
        "head_sha": group.head_sha,
        "head_ref": f"refs/heads/{group.branch}",
        "base_sha": group.base_sha,
        "base_ref": f"refs/heads/{group.base_ref}",
        "head_commit": None if commit is None else simple_commit(commit),
    }


def enqueue(hub: Hub, pull: PullRequest, sender: User) -> Group:
    """Add a pull request at the end of its base's queue. Raises `ApiError` 405 when it conflicts."""
    repository = pull.base
    ahead = [group for group in repository.queue if group.base_ref == pull.base_ref]
    base_sha = ahead[-1].head_sha if ahead else repository.branch(pull.base_ref) or pull.base_sha
    tree = repository.git.merge(base_sha, pull.head_sha)
    if not pull.open or pull.draft or tree is None:
        raise ApiError(405, "Pull Request is not mergeable")
    signature = Signature(sender.name, sender.email, int(hub.state.now()))
    message = f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head_ref}\n\n{pull.issue.title}"
    sha = repository.git.write_commit(tree, [base_sha, pull.head_sha], message, signature)
    branch = f"{PREFIX}/{pull.base_ref}/pr-{pull.number}-{base_sha}"
    group = Group(pull, branch, sha, pull.base_ref, base_sha)
    repository.queue.append(group)
    pulls.tell(hub, pull, "enqueued", sender)
    pushes.update_ref(hub, repository, sender, {f"refs/heads/{branch}": sha})
    fields = {"merge_group": _shape(group)}
    hub.emit("merge_group", "checks_requested", repository, sender, fields)
    return group


def work(hub: Hub, repository: Repository, sender: User) -> list[PullRequest]:
    """Merge, from the front, every group whose required checks pass; drop one that failed. Returns what was merged."""
    merged = []
    while repository.queue:
        group = repository.queue[0]
        required_states = [
            pulls.check_states(repository, group.head_sha, app).get(name) for name, app in repository.requirements()
        ]
        if any(state is None for state in required_states):
            break  # still pending
        if all(pulls.passes(state) for state in required_states):
            merged.append(_merge(hub, group, sender))
        else:
            remove(hub, group, sender, reason="dequeued")
    return merged


def _merge(hub: Hub, group: Group, sender: User) -> PullRequest:
    pull, repository = group.pull, group.pull.base
    repository.queue.remove(group)
    pull.merge_sha = group.head_sha
    pulls.set_merged(hub, pull, sender)
    pushes.update_ref(hub, repository, sender, {f"refs/heads/{group.base_ref}": group.head_sha})
    _destroy(hub, group, sender, "merged")
    return pull


def remove(hub: Hub, group: Group, sender: User, *, reason: str) -> None:
    """Remove a group (`dequeued` or `invalidated`), and rebuild the groups after it."""
    repository = group.pull.base
    behind = repository.queue[repository.queue.index(group) + 1 :]
    repository.queue = [queued for queued in repository.queue if queued is not group and queued not in behind]
    why = "CI_FAILURE" if reason == "dequeued" else "MANUAL"
    pulls.tell(hub, group.pull, "dequeued", sender, reason=why)
    _destroy(hub, group, sender, reason)
    for follower in behind:
        _destroy(hub, follower, sender, "invalidated")
        enqueue(hub, follower.pull, sender)


def _destroy(hub: Hub, group: Group, sender: User, reason: str) -> None:
    repository = group.pull.base
    fields = {"merge_group": _shape(group), "reason": reason}
    hub.emit("merge_group", "destroyed", repository, sender, fields)
    pushes.update_ref(hub, repository, sender, {f"refs/heads/{group.branch}": None})
