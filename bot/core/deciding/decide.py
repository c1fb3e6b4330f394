"""The bot on one page: from what happened and what was read to what is to be done. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.config.in_force import PATHS, file_at
from bot.core.config.model import CommentWhen
from bot.core.deciding.commit_verdict import comment_mark, comment_of, decide_verdict, run_of, says_the_same
from bot.core.features.folders import feature_folders, specs_roots
from bot.core.forge.effects import NAME, CheckRun, Enqueue, PublishRun, WriteComment
from bot.core.forge.events import RepositoryRef, SweepDue
from bot.core.speech.render import STICKY, StickyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.change.trees import Tree
    from bot.core.config.model import RepositoryConfig
    from bot.core.deciding.commit_verdict import CommitVerdict, Host, JudgedCandidate
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Effect
    from bot.core.forge.events import PullRequestChanged
    from bot.core.forge.facts import Comment, RepositoryView, Run
    from bot.core.forge.stored import SeenRepository

PACE = 0.5
"""Seconds between the pull requests that one push makes us look at again."""

_CLEAR = "**All clear**"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was read for one event, and the reports on it."""

    answer: RepositoryView
    judged: tuple[JudgedCandidate, ...] = ()
    draft: Draft | None = None
    """A plan for the deciding feature, where it has none that is filled."""
    marks: Mapping[int, str] = field(default_factory=dict)
    """By pull request: what its comment said when we last wrote it, as a mark."""
    asked: bool = False
    """A person asked for a run, so there is one whatever was written before."""
    answered: int = 0
    """The run that they asked from; a later one answers it."""


def effects_on_head(snapshot: Snapshot, house: Host) -> list[Effect]:
    """The run of a commit and the comments of its pull requests, as far as they are not there yet."""
    verdict = decide_verdict(snapshot.judged)
    if verdict is None or not _is_told(verdict):
        return []
    effects: list[Effect] = list(_run(verdict, snapshot, house))
    for one in verdict.judged:
        effects += _comment(one, snapshot, house)
    return effects


def _is_told(verdict: CommitVerdict) -> bool:
    """A pull request always gets a run; a branch without one only if it is a feature's."""
    deciding = verdict.deciding
    if deciding.candidate.pull is not None or deciding.candidate.change.merge_group:
        return True
    return deciding.governed and bool(deciding.report.features)


def _run(verdict: CommitVerdict, snapshot: Snapshot, house: Host) -> Iterator[Effect]:
    output, external_id = run_of(verdict, snapshot.answer, house, snapshot.draft)
    latest = latest_run(snapshot.answer)
    same = latest is not None and latest.completed and says_the_same(latest.external_id, external_id)
    if snapshot.asked:
        same = same and latest is not None and 0 < snapshot.answered < latest.id
    if not same:
        sha = verdict.deciding.candidate.change.head.sha or ""
        yield PublishRun(CheckRun(sha, external_id, output), latest)


def latest_run(answer: RepositoryView) -> Run | None:
    """Our latest run on the head."""
    runs = answer.head.runs if answer.head is not None else ()
    return next((run for run in runs if run.name == NAME), None)


def _comment(one: JudgedCandidate, snapshot: Snapshot, house: Host) -> Iterator[Effect]:
    """The sticky comment: written when there is something to do, closed out once when it is done, else left alone."""
    pull = one.candidate.pull
    wanted = comment_of(one, snapshot.answer, house, snapshot.draft)
    if pull is None or wanted is None:
        return
    known = sticky_of(pull.comments)
    mark = comment_mark(one, house)
    clear = wanted.kind is StickyKind.CLEAR
    if known is None:
        always = one.candidate.config_in_force.config.comment is CommentWhen.ALWAYS
        if pull.draft or (clear and not always):
            return
    elif clear and _CLEAR in known.body:
        if not known.minimized:
            yield WriteComment(pull.number, known.body, mark, known, minimized=True)
        return
    elif not clear and not known.minimized and _says(known, wanted.body, mark, snapshot.marks.get(pull.number)):
        return
    yield WriteComment(pull.number, wanted.body, mark, known, minimized=clear and known is not None)


def _says(known: Comment, body: str, mark: str, remembered: str | None) -> bool:
    return remembered == f"{known.id}/{mark}" or same_text(known.body, body)


def sticky_of(comments: Iterable[Comment]) -> Comment | None:
    """The one that we keep; of several, which only a lost race could leave, the oldest."""
    ours = (comment for comment in comments if comment.body.startswith(STICKY))
    return min(ours, key=lambda comment: comment.id, default=None)


def same_text(first: str, second: str) -> bool:
    """Whether two bodies are one to a reader: GitHub may give back other line ends than it was given."""
    return first.replace("\r\n", "\n").strip() == second.replace("\r\n", "\n").strip()


def again(  # noqa: PLR0913, PLR0917  everything that such a look is told
    repository: RepositoryRef,
    installation: int,
    delivery: str,
    numbers: Sequence[int],
    reason: str,
    in_vain: int = 0,
) -> list[Effect]:
    """Look again at open pull requests, spread over time; for `in_vain` see `bot.core.forge.events.SweepDue`."""
    return [
        Enqueue(
            f"sweep:{delivery}:{number}",
            SweepDue(installation=installation, repository=repository, number=number, reason=reason, in_vain=in_vain),
            delay=index * PACE,
        )
        for index, number in enumerate(numbers)
    ]


def survey(repositories: Sequence[SeenRepository], delivery: str, reason: str) -> list[Effect]:
    """Repositories whose open pull requests are to be looked at again, spread over time."""
    return [
        Enqueue(
            f"survey:{delivery}:{one.id}",
            SweepDue(
                installation=one.installation, repository=RepositoryRef(one.id, one.owner, one.name), reason=reason
            ),
            delay=index * PACE,
        )
        for index, one in enumerate(repositories)
    ]


def after_pull_request(
    event: PullRequestChanged, delivery: str, answer: RepositoryView, *, renumbered: bool
) -> list[Effect]:
    """Heads that share a number with a pull request that came or went, or that has another number than before."""
    if not renumbered and not event.change.comes_or_goes:
        return []
    numbers = [n for n in sharing(answer) if n != event.number]
    return again(event.repository, event.installation, delivery, numbers, "a pull request with its number came or went")


def moves_yardstick(answer: RepositoryView, yardstick: Sequence[str]) -> bool:
    """Whether a push changed what the pull requests to its branch are judged by. `yardstick` are the paths of it."""
    after = answer.head.tree if answer.head is not None else None
    if answer.before is None or after is None or not answer.based:
        return False
    return _measure(answer.before, yardstick) != _measure(after, yardstick)


def moves_configuration(answer: RepositoryView) -> bool:
    """Whether a push to the default branch changed a configuration file, as far as that can be told."""
    before, after = answer.before, answer.default
    if before is None or after is None:
        return True
    return any(file_at(before, path) != file_at(after, path) for path in PATHS)


def changed_numbers(answer: RepositoryView, config: RepositoryConfig) -> tuple[str, ...]:
    """The numbers of feature folders that a push added or removed, as branch names write them."""
    after = answer.head.tree if answer.head is not None else None
    if answer.before is None or after is None:
        return ()
    roots = specs_roots(config, after, answer.before)
    one, other = (feature_folders(tree, config, roots) for tree in (answer.before, after))
    changed = [one.get(path) or other[path] for path in sorted(one.keys() ^ other.keys())]
    return tuple(dict.fromkeys(f"{folder.number}-" for folder in changed if folder.number))


def _measure(tree: Tree, yardstick: Sequence[str]) -> tuple[object, ...]:
    """What decides of a tree how hard others are judged."""
    return (*(tree.documents.get(path) for path in yardstick), ".specify" in tree.entries)


def sharing(answer: RepositoryView) -> list[int]:
    """Open pull requests whose branches have the number that was asked for."""
    return sorted({other.pull_request for other in answer.others if other.pull_request is not None})
