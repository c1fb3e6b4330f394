"""An artifact that is due is missing.

## What it does

Looks for the seven artifacts of a feature folder (`spec.md`, `plan.md`, `research.md`, `data-model.md`,
`quickstart.md`, `contracts/`, `tasks.md`) and reports those that are due now and missing, empty or still the template.
The spec is due once the change brings a plan or code, the plan once there are tasks or code, the tasks once there is
code. Research, data model, quickstart and contracts are due when the plan's own Documentation tree promises them and
code changes, the data model only if the spec has Key Entities. Before that they are listed as what comes next.

## Why

The plan is what reviewers agreed to. Code that is built while the promised research or data model does not exist was
built on decisions that nobody wrote down.

## How to fix

Write the artifact. If the feature does not need it, say so where the plan promises it: end that line of the tree with
`# N/A: <reason>`, or put `<artifact>: N/A: <reason>` on a line of its own. The reason is shown to every reviewer.

## Example

```text
├── plan.md
├── research.md
```

with no `research.md` in the folder, while code changes.

## Use instead

```text
├── plan.md
├── research.md          # N/A: nothing was unknown, the retry policy is the queue's own
```

or write `research.md`.

## Severity

Error for the spec, the plan and whatever is promised while code changes, but a warning for `contracts/` and `tasks.md`.
Without code, a warning for what is promised once `tasks.md` is there; notice ("comes next") before that. `artifacts:`
in the configuration makes each `required`, `recommended` or `off`. In a feature that the change only touches, nothing
is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import NO_KEY_ENTITIES, Artifact, Due, State
from bot.core.change.trees import Kind
from bot.core.documents.artifacts import has_entities
from bot.core.documents.plan import Span
from bot.core.judging.edit import Edit
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Piece, Prose
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

_SEVERITY = {Due.REQUIRED: Severity.ERROR, Due.RECOMMENDED: Severity.WARNING, Due.NEXT: Severity.NOTICE}
_STATE = {State.MISSING: " is missing", State.EMPTY: " is empty", State.TEMPLATE: " is still the template"}


@rule(Severity.ERROR, Clause("artifact missing", "artifacts missing", 10))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for every artifact that is due and not there."""
    if case.links:
        return  # `unreadable-document` says why nothing is there
    for artifact in case.artifacts:
        severity = _SEVERITY.get(artifact.due)
        # A plan that is still the template has a rule of its own.
        filled = artifact.state is State.PRESENT or (artifact.name, artifact.state) == ("plan.md", State.TEMPLATE)
        if severity is None or filled:
            continue
        place, new = _place(case, artifact)
        why, fix = _words(case, artifact)
        yield case.finding(
            severity,
            case.plan.path if case.plan is not None and artifact.line is not None else artifact.path,
            place,
            title=(Code(artifact.name), _state(case, artifact)),
            why=why,
            fix=fix,
            subject=artifact.name,
            new=new,
            edits=_taken_back(case, artifact),
            follow_up=artifact.due is Due.NEXT,
        )


def _state(case: Case, artifact: Artifact) -> str:
    entry = case.entry(artifact.name)
    if entry is not None and entry.kind is Kind.SYMLINK:
        return " is a symbolic link, and links are not followed"
    return _STATE[artifact.state]


def _place(case: Case, artifact: Artifact) -> tuple[Span | None, bool]:
    """The line that promises it, and whether this change causes the lack."""
    plan = case.path("plan.md")
    lost = case.is_new(artifact.path, None) or not case.on_base
    if artifact.line is None or case.plan is None:
        return None, lost or case.is_new(plan, None)
    promise = next(p for p in case.plan.promises if p.line == artifact.line and p.artifact == artifact.name)
    return Span(promise.line, promise.column, promise.end_column), lost or case.is_new(plan, artifact.line)


def _taken_back(case: Case, artifact: Artifact) -> tuple[Edit, ...]:
    """The promise ended with `# N/A: <reason>`, where the spec itself has the reason: it has no Key Entities."""
    if artifact.name != "data-model.md" or artifact.line is None or case.plan is None or has_entities(case.spec):
        return ()
    return (Edit(artifact.line, (f"{case.plan.lines[artifact.line - 1].rstrip()}  # N/A: {NO_KEY_ENTITIES}",)),)


def _words(case: Case, artifact: Artifact) -> tuple[Prose, Prose]:
    """Why it is due, and the remedy."""
    name = Code(artifact.name)
    if artifact.name == "spec.md":
        return _for_spec(case), ("Write ", name, ": what the feature does and why, without code.")
    if artifact.name == "plan.md":
        return _for_plan(case), (
            "Write ",
            name,
            ", or start from a prefilled draft: ",
            Code(f"plangate draft --write --feature {case.feature.dir}"),
            ".",
        )
    if artifact.line is not None:
        promised: list[Piece] = ["The plan promises it: ", At(case.path("plan.md"), artifact.line), "."]
        spec = case.spec
        if artifact.name == "data-model.md" and spec is not None and spec.entities:
            entities = count(len(spec.entities), "key entity", "key entities")
            where = At(case.path("spec.md"), spec.entities_line)
            promised[0] = "The plan promises it, "
            promised[2:] = [f", and the spec has {entities}, ", where, "."]
        line = At(case.path("plan.md"), artifact.line)
        return tuple(promised), ("Write ", name, ", or end ", line, " with ", Code("# N/A: <reason>"), ".")
    not_needed: Prose = (
        "Write ",
        name,
        ", or say in the plan, on a line of its own: ",
        Code(f"{artifact.name}: N/A: <reason>"),
        ".",
    )
    if artifact.name == "tasks.md" and "tasks.md" not in case.config.artifacts:
        return (
            ("Code changes, and no list of tasks says what is left." if case.builds else "It follows the plan."),
        ), not_needed
    return ("The configuration makes it required.",), not_needed


def _for_spec(case: Case) -> Prose:
    if case.plan is not None:
        return ("A plan stands on a spec, and ", Code(f"{case.feature.dir}/"), " holds none.")
    return ("The change holds code, and ", Code(f"{case.feature.dir}/"), " holds no spec for it.")


def _for_plan(case: Case) -> Prose:
    folder = Code(f"{case.feature.dir}/")
    if case.builds and case.code_files:
        files = count(case.code_files, "file", "files")
        return (
            f"The change holds code ({files} outside ",
            Code(f"{case.feature.root}/"),
            "), and ",
            folder,
            " holds no plan.",
        )
    if case.builds:
        return ("The feature is being implemented, and ", folder, " holds no plan.")
    if case.artifact("tasks.md").state is not State.MISSING:
        return ("Tasks come from a plan, and ", folder, " has ", Code("tasks.md"), " without one.")
    return ("It follows the spec.",)
