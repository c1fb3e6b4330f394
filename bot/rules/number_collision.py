"""The feature's number belongs to another feature.

## What it does

Compares the number of a folder that the change adds with the folders on the base, with those that older open pull
requests add, and with those on branches of that number, each specs root for itself. Says since when the other folder
is on the base, and with which pull request it came, as far as its history tells. Renames and archived folders are no
collision, and neither are numbers that are on the base twice already. Timestamps, tickets and issue numbers do not
collide.

## Why

Spec Kit finds a feature by its number: with two folders of one number its commands stop, or take the wrong one. It
happens where several people branch at once, because each counts alone.

## How to fix

Rename the newer folder to the next free number: `plangate renumber` does it, and changes the references in the folder.
The branch may keep its name.

## Example

`specs/018-webhook-retry/` on a branch, while `main` has `specs/018-audit-export/`.

## Use instead

`specs/021-webhook-retry/`

## Severity

Error when the base has the number in another folder, warning while the other is only in an older open pull request,
notice for a branch. The last two need GitHub, so none of the rule's findings is part of the report's digest.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.drafting.feature_number import ClaimKind, NextNumber, next_number
from bot.core.features.branch import counted
from bot.core.features.folders import Folder, folder_at, root_of
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Piece, Prose, Pull, Side
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change.trees import OtherHead
    from bot.core.features.which_features import FeatureChoice
    from bot.core.judging.findings import Finding

_LISTED_AT_MOST = 6


@rule(Severity.ERROR, Clause("number taken", "numbers taken", 42), needs_forge=True, by_program=True)
def judge(case: Case) -> Iterator[Finding]:
    """At most one finding a folder, about the hardest collision."""
    feature, choice = case.feature, case.choice
    if not feature.added or case.change.base is None or choice is None or counted(feature.number, case.config) is None:
        return
    if choice.head[feature.dir].timestamp:
        return
    rival = _on_base(case, choice)
    if rival is not None:
        yield _taken(case, choice, rival)
        return
    folder = _elsewhere(case, choice)
    if folder is not None:
        yield _disputed(case, choice, *folder)


def _on_base(case: Case, choice: FeatureChoice) -> Folder | None:
    """Another folder with the number that stays, on the base or brought by this very change."""
    feature = case.feature

    def same(folder: Folder) -> bool:
        return folder.number == feature.number and folder.root == feature.root and folder.path != feature.dir

    clause = [folder for folder in choice.base.values() if same(folder)]
    if any(choice.gone(folder.path) for folder in clause):
        return None  # a folder of this number makes room for this one
    twins = [folder for folder in choice.head.values() if same(folder) and choice.added(folder.path)]
    return next(iter(clause or [twin for twin in twins if twin.path < feature.dir]), None)


def _elsewhere(case: Case, choice: FeatureChoice) -> tuple[Folder, OtherHead] | None:
    """A folder with the number in an older open pull request, else on a branch."""
    heads: list[tuple[int, Folder, OtherHead]] = []
    for other in case.change.others:
        pull, ours = other.pull_request, case.change.pull_request
        if pull is not None and ours is not None and pull >= ours:
            continue
        for path in other.folders:
            root = root_of(path, choice.roots)
            folder = folder_at(path, root, case.config) if root is not None else None
            if folder and (folder.number, folder.root) == (case.feature.number, case.feature.root):
                heads.append((pull if pull is not None else 1 << 62, folder, other))
    rivals = [(folder, other) for _, folder, other in sorted(heads, key=lambda f: (f[0], f[1].path, f[2].ref))]
    return next((rival for rival in rivals if rival[0].path != case.feature.dir), None)


def _next(case: Case, choice: FeatureChoice) -> NextNumber:
    root = case.feature.root
    folders = [f.path for f in (*choice.base.values(), *choice.head.values()) if f.root == root]
    others = [(folder, path) for folder in case.change.others for path in folder.folders if path.startswith(f"{root}/")]
    return next_number(
        folders,
        pull_requests=[path for folder, path in others if folder.pull_request is not None],
        branches=[path.rsplit("/", 1)[-1] for folder, path in others if folder.pull_request is None],
        reserved=case.change.reserved,
        config=case.config,
    )


def _taken(case: Case, choice: FeatureChoice, rival: Folder) -> Finding:
    """The number is the base's, or another new folder's of this very change."""
    change = case.change
    base = clip(change.base_branch or "the base", 40)
    where: Piece = Code(base) if change.base_branch else base
    came = change.folder_histories.get(rival.path)
    after = _next(case, choice)
    on_base = rival.path in choice.base
    why: Prose = (Code(clip(rival.name)), " in the same change has it, too.")
    if on_base:
        why = (Code(clip(rival.name)), " has it", f" since {came.since}." if came is not None else ".")
    numbers = _finding(case, Severity.ERROR, rival, why, after)
    taken = f"Number {_number(case)} is taken "
    return replace(
        numbers,
        table=_claims(case, rival, where if on_base else None),
        headline=f"{taken}{f'on {base}' if on_base else 'twice'} · next free is {after.number}",
        title=(taken, "on ", where) if on_base else (f"{taken}twice",),
    )


def _claims(case: Case, rival: Folder, base: Piece | None) -> tuple[tuple[Prose, ...], ...]:
    """Who has the number, where and, where that is known, since when. `base` is None when both are in this change."""
    change = case.change
    own: Prose = ("this pull request" if change.pull_request is not None else "this change",)
    came, comes = change.folder_histories.get(rival.path), change.folder_histories.get(case.feature.dir)
    there: Prose = own
    name: Piece = Code(clip(rival.name))
    if base is not None:
        there, name = (base,), At(f"{rival.path}/", side=Side.BASE)
        if came is not None and came.pull_request is not None:
            there = (base, ", merged with ", Pull(came.pull_request))
    rows: tuple[tuple[Prose, ...], ...] = (
        ((f"number {_number(case)}",), ("where",), ("since",)),
        ((name,), there, (came.since if came is not None else "",)),
        ((Code(clip(case.feature.name)),), own, (comes.since if comes is not None else "",)),
    )
    return rows if came is not None else tuple(row[:-1] for row in rows)


def _disputed(case: Case, choice: FeatureChoice, rival: Folder, folder: OtherHead) -> Finding:
    """The number is in another open head; nobody has it yet."""
    branch: Prose = ("branch ", Code(clip(folder.ref)))
    owner: Prose = branch if folder.pull_request is None else (f"open pull request {folder.pull_request}",)
    severity = Severity.NOTICE if folder.pull_request is None else Severity.WARNING
    return _finding(case, severity, rival, (Code(clip(rival.name)), " has it in ", *owner, "."), _next(case, choice))


def _number(case: Case) -> str:
    """The number as text that needs no neutralising: it consists of digits."""
    return (case.feature.number or "")[:20]


def _finding(case: Case, severity: Severity, rival: Folder, why: Prose, after: NextNumber) -> Finding:
    feature = case.feature
    documents = (name for name in ("spec.md", "plan.md") if case.entry(name) is not None)
    document = next(documents, None)
    twins = case.choice is not None and case.choice.added(rival.path)
    renumber, *share = _commands(case, after.number)
    return replace(
        case.finding(
            severity,
            case.path(document) if document is not None else feature.dir,
            1 if document is not None else None,
            title=(f"Number {_number(case)} is wanted twice",),
            why=why,
            fix=(
                f"{'' if twins else 'The older folder keeps the number. '}Next free: {after.number}",
                *_between(after),
                ". Run ",
                Code(renumber),
                "; the branch may keep its name.",
            ),
            subject=rival.path,
            new=True,
            paste="\n".join((renumber, *share)),
        ),
        paste_as="bash",
    )


def _commands(case: Case, number: str) -> tuple[str, ...]:
    """The renumbering as commands for any shell: the change itself, then those that share it."""
    feature = case.feature
    message = shlex.quote(f"Renumber {feature.slug or feature.name} to {number}")
    return (
        f"plangate renumber {shlex.quote(feature.dir)} {number} --write",
        f"git add --all {shlex.quote(feature.root or '.')}",
        f"git commit -m {message}",
        "git push",
    )


def _between(after: NextNumber) -> Prose:
    """Why the next number is not simply one more than the base's highest."""
    taken = [f"{claim.number:03d}" for claim in after.above if claim.kind is not ClaimKind.RESERVED]
    names = [f"{claim.number:03d}" for claim in after.above if claim.kind is ClaimKind.RESERVED]
    sentence = []
    if taken:
        sentence.append(f"{_joined(taken)} {'is' if len(taken) == 1 else 'are'} on open branches")
    if names:
        sentence.append(f"{_joined(names)} {'is' if len(names) == 1 else 'are'} kept for an issue")
    return (f" ({'; '.join(sentence)})",) if sentence else ()


def _joined(words: list[str]) -> str:
    shown = words if len(words) <= _LISTED_AT_MOST else [*words[:_LISTED_AT_MOST], "more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
