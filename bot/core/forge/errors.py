"""The errors that are caught on purpose: one for a person, one for GitHub's bad days, one for the disk's."""

from __future__ import annotations


class UserError(Exception):
    """Something that the person who reads it can mend: one sentence with its place and its remedy.

    The message is shown as it is, so foreign text in it is quoted and bounded by whoever raises it.
    """


class ForgeError(Exception):
    """GitHub did not do what was asked, and asking later may help.

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
    """The disk or the database did not take what was to be kept: full, locked, gone or damaged. Nothing was changed.

    The message is one sentence with the place, for the log.
    """


class RepositoryGone(ForgeError):  # noqa: N818  it says what is the case
    """The repository, or the App's access to it, is no more: deleted, removed from the installation, suspended."""


class NotThereYet(RepositoryGone):
    """GitHub cannot find what the request names: a replica lags behind the event, or the object is gone.

    Nothing tells the two apart, so the job retries until its deadline. A `RepositoryView` without the requested head or
    pull request means the same. Sources: kubernetes/test-infra#2229, home-assistant/service-hub#394.
    """


class OutOfReach(RepositoryGone):
    """It is this one repository: deleted, or no longer of the installation, which is there all the same."""


class CommentGone(ForgeError):  # noqa: N818  likewise
    """Somebody deleted the comment that was to be edited or reacted to."""


class BranchMoved(ForgeError):  # noqa: N818  likewise
    """The branch that was to be written to is not where it was read, or is there already."""


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
    """GitHub cannot find the commit: a commit of a fork is still on its way, or the commit is gone. Retry likewise."""
