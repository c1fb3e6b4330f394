"""The errors that callers catch: mistakes of a person, failures of GitHub, failures of the storage."""

from __future__ import annotations


class UserError(Exception):
    """A mistake that the person who reads the message can correct: one sentence with its place and its remedy.

    The message is shown as it is, so foreign text in it is quoted and bounded by whoever raises it.
    """


class ForgeError(Exception):
    """GitHub did not carry out a request; a later request may succeed.

    `retry_after` is in seconds from now, None when GitHub named no time. `lost_answer` is true when a write may have
    been carried out although its answer never arrived. `limited` is true when the installation has asked for too much:
    GitHub takes nothing from it before then, and that is no failure of the job's.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, lost_answer: bool = False, limited: bool = False
    ) -> None:
        super().__init__(message)
        self.limited = limited
        self.retry_after = retry_after
        self.lost_answer = lost_answer


class StorageError(Exception):
    """The disk or the database is full, locked, gone or damaged. Nothing was stored.

    The message is one sentence with the place, for the log.
    """


class Unanswered(ForgeError):  # noqa: N818  names the condition
    """No response came: the connection failed, was cut, or timed out. That is no failure of the job's."""


class MovedMeanwhile(ForgeError):  # noqa: N818  likewise
    """A branch or a pull request changed during a read. That is no failure of the job's."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=1.0)


class RepositoryGone(ForgeError):  # noqa: N818  it says what is the case
    """The App cannot reach the repository: it was deleted or removed, or the installation is suspended."""


class NotThereYet(RepositoryGone):
    """GitHub cannot find what the request names: a replica lags behind the event, or the object is gone.

    Nothing tells the two apart, so the job retries until its deadline. A `RepositoryView` without the requested head or
    pull request means the same. Sources: kubernetes/test-infra#2229, home-assistant/service-hub#394.
    """


class OutOfReach(RepositoryGone):
    """The repository was deleted or removed from the installation. The installation itself exists."""


class CommentGone(ForgeError):  # noqa: N818  likewise
    """The comment to edit or to react to was deleted."""


class BranchMoved(ForgeError):  # noqa: N818  likewise
    """The branch to write to moved since it was read, or exists already."""


class WriteRefused(ForgeError):  # noqa: N818  likewise
    """GitHub forbids this write for good, so that a retry does not help.

    The branch has rules of its own, the conversation is locked, issues are disabled, the repository is archived, or the
    App is blocked.
    """


class InvalidRequest(ForgeError):  # noqa: N818  likewise
    """GitHub calls the request invalid (422)."""


class PermissionMissing(ForgeError):  # noqa: N818  likewise
    """The account has not granted a permission that the request needs; it may accept it at any time."""


class HeadGone(ForgeError):  # noqa: N818  likewise
    """GitHub cannot find the commit: a fork's commit is not replicated yet, or the commit is gone. The job retries."""
