"""Reviews of pull requests: comments on lines of the diff, their threads, and suggestions that are applied."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.acts import pushes, talk
from bot.sandbox.errors import ApiError
from bot.sandbox.shapes import pull_files
from bot.sandbox.state import Review, ReviewThread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Json, PullRequest, User

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_SUGGESTION = re.compile(r"^(`{3,}|~{3,})suggestion[ \t]*$", re.MULTILINE)
_OUTSIDE = "Pull request review thread line must be part of the diff"
_START_OUTSIDE = "Pull request review thread start line must be part of the same hunk as the line"
_ORDER = "Pull request review thread start line must precede the end line"
_PATH = "Pull request review thread path is invalid"


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment of a review that is not submitted yet."""

    path: str
    body: str
    line: int
    start_line: int | None = None


def review(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    hub: Hub,
    pull: PullRequest,
    author: User,
    state: str,
    body: str,
    drafts: Sequence[Draft] = (),
    commit: str | None = None,
) -> Review:
    """Submit a review: `commented`, `approved` or `changes_requested`. Raises `ApiError` 403 or 422 as GitHub does."""
    talk.may_speak(pull.base, pull.issue, author, "review")
    talk.check_length(body, "PullRequestReview")
    if commit not in {None, pull.head_sha} and not pull.base.git.has_commit(commit or ""):
        raise _refused("The commit_id is not part of the pull request")
    for draft in drafts:
        talk.check_length(draft.body, "PullRequestReviewComment")
        _check_place(pull, draft)
    review = Review(hub.state.next_id(), pull, author, body, state, commit or pull.head_sha, hub.state.now())
    pull.base.reviews[review.id] = review
    for draft in drafts:
        thread = ReviewThread(hub.state.next_id(), review, draft.path, draft.line, draft.start_line, draft.body)
        pull.base.threads[thread.id] = thread
    fields = {"review": hub.shapes.review(review) | {"state": state}, "pull_request": hub.shapes.pull(pull)}
    hub.emit("pull_request_review", "submitted", pull.base, author, fields)
    return review


def drafts_of(comments: Sequence[Json]) -> list[Draft]:
    """The comments of a request. Raises `ApiError` 422 for one that is not on a line of the new file."""
    drafts = []
    for comment in comments:
        sides = {comment.get("side", "RIGHT"), comment.get("start_side", "RIGHT")}
        if "line" not in comment or sides != {"RIGHT"}:
            raise _refused(_OUTSIDE)
        drafts.append(Draft(comment["path"], comment["body"], comment["line"], comment.get("start_line")))
    return drafts


def _refused(problem: str) -> ApiError:
    return ApiError(422, "Unprocessable Entity", [problem])


def _check_place(pull: PullRequest, draft: Draft) -> None:
    change = next((change for change in pull_files(pull) if change.path == draft.path), None)
    if change is None:
        raise _refused(_PATH)
    hunk = next((lines for lines in hunks(change.patch or "") if draft.line in lines), None)
    if hunk is None:
        raise _refused(_OUTSIDE)
    if draft.start_line is not None and draft.start_line >= draft.line:
        raise _refused(_ORDER)
    if draft.start_line is not None and draft.start_line not in hunk:
        raise _refused(_START_OUTSIDE)


def hunks(patch: str) -> Iterator[range]:
    """The lines of the new file that each hunk of a patch shows."""
    for part in re.split(r"^(?=@@ )", patch, flags=re.MULTILINE):
        head = _HUNK.match(part)
        if head is not None:
            shown = sum(line[:1] in {" ", "+"} for line in part.split("\n")[1:])
            yield range(int(head[1]), int(head[1]) + shown)


def is_outdated(thread: ReviewThread) -> bool:
    """Whether a line of the thread was changed since the review."""
    return present_lines(thread) is None


def present_lines(thread: ReviewThread) -> range | None:
    """The thread's lines in the file at the head; None if one of them was changed or removed."""
    pull = thread.review.pull
    before, after = (_lines(pull, commit, thread.path) for commit in (thread.review.commit, pull.head_sha))
    first, last = (thread.start_line or thread.line) - 1, thread.line
    for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        if block.a <= first and last <= block.a + block.size:
            moved = block.b - block.a
            return range(first + moved + 1, last + moved + 1)
    return None


def _lines(pull: PullRequest, commit: str, path: str) -> list[str]:
    """The lines of a file with their ends."""
    blob = pull.base.git.read(f"{commit}:{path}")
    return blob.content.decode("utf-8", "surrogateescape").split("\n") if blob is not None else []


def suggestion(body: str) -> list[str] | None:
    """The lines that a comment suggests; None if it suggests nothing."""
    opened = _SUGGESTION.search(body)
    if opened is None:
        return None
    lines = body[opened.end() + 1 :].split("\n")
    closing = re.compile(rf" {{0,3}}{re.escape(opened[1][0])}{{{len(opened[1])},}}[ \t]*")
    end = next((place for place, line in enumerate(lines) if closing.fullmatch(line)), len(lines))
    return lines[:end]


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A thread as a page shows it."""

    thread: ReviewThread
    text: str
    """The comment without its suggestion."""
    before: tuple[str, ...]
    """The lines that it is about."""
    after: tuple[str, ...] | None
    """The lines that it suggests."""
    outdated: bool


def shown(thread: ReviewThread) -> ShownThread:
    """A thread with the lines that its suggestion replaces."""
    lines, opened = suggestion(thread.body), _SUGGESTION.search(thread.body)
    about = _lines(thread.review.pull, thread.review.commit, thread.path)
    before = tuple(about[(thread.start_line or thread.line) - 1 : thread.line])
    text = thread.body if opened is None else thread.body[: opened.start()]
    return ShownThread(thread, text, before, None if lines is None else tuple(lines), is_outdated(thread))


def apply_suggestions(hub: Hub, threads: Sequence[ReviewThread], author: User) -> str:
    """Press "Commit suggestions" on threads of one pull request, and resolve them; returns the commit's id.

    Raises `ApiError` 422 for a thread without a suggestion or on changed lines, and for two on the same lines.
    """
    pull = threads[0].review.pull
    if pull.head is None or not pull.open:
        raise _refused("Suggestions cannot be applied on closed pull requests")
    files: dict[str, list[str]] = {}
    taken: set[tuple[str, int]] = set()
    for thread in sorted(threads, key=lambda each: -each.line):
        lines, place = suggestion(thread.body), present_lines(thread)
        if lines is None or place is None:
            raise _refused("This suggestion is outdated and cannot be applied")
        if taken & {(thread.path, number) for number in place}:
            raise _refused("Suggestions on the same lines cannot be applied together")
        taken |= {(thread.path, number) for number in place}
        content = files.setdefault(thread.path, _lines(pull, pull.head_sha, thread.path))
        content[place.start - 1 : place.stop - 1] = lines
    texts: Any = {path: "\n".join(lines).encode("utf-8", "surrogateescape") for path, lines in files.items()}
    words = ("Apply suggestions from code review", author.name, author.email, int(hub.state.now()))
    sha = pull.head.git.commit_files(pull.head_sha, texts, *words)
    for thread in threads:
        thread.resolved_by = author
    pushes.update_ref(hub, pull.head, author, {f"refs/heads/{pull.head_ref}": sha})
    return sha
