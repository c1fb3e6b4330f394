"""A NON-NEGOTIABLE principle is violated.

## What it does

Reports a fail or a partial answer for a principle that the constitution at the base marks NON-NEGOTIABLE (in whatever
language or symbol).

## Why

The constitution says itself that no reason is good enough here. A row in Complexity Tracking cannot justify it, unless
the constitution has a clause about exceptions of its own.

## How to fix

Change the design until the principle holds. If the principle is wrong, change the constitution in a pull request of its
own, and this one is judged by the new text.

## Example

```markdown
| III. Test-First (NON-NEGOTIABLE) | ❌ FAIL | the retry tests come with the next release |
```

## Use instead

```markdown
| III. Test-First (NON-NEGOTIABLE) | PASS | `tests/retry.rs` fails before the queue is written |
```

## Severity

Error for a FAIL in its status slot whose numeral and name both agree with the constitution: no row, reason, approval or
line for the whole check helps. Warning when it is partial, an admitted deviation or outside such a slot, when only the
numeral or only some words agree ("which principle is meant?"), when this feature repairs it, when the same item passes
elsewhere, when a PASS replaces the FAIL without a word of what changed, when a complete row justifies it and the
constitution says when an exception may be made, and when the principle is called not applicable. Notice when an
amendment at the base settles it. Where only a numeral or some words agree and nothing justifies the FAIL, only
`unjustified-violation` speaks; its page lists the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import StatementKind, Verdict
from bot.core.judging import gate
from bot.core.judging.decision import NON_NEGOTIABLE, Decision, Ground, decide
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, CommandOffer, Name, Prose, Side
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Plan
    from bot.core.judging.dossier import Dossier
    from bot.core.judging.findings import Finding
    from bot.core.yardstick.constitution import Principle


@rule(Severity.ERROR, Clause("NON-NEGOTIABLE principle violated", "NON-NEGOTIABLE principles violated", 21))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each standing assessment that breaks or bends one."""
    plan = case.plan
    if plan is None:
        return
    for dossier in case.dossiers:
        decision = decide(dossier)
        principle = dossier.principle
        if decision.rule != NON_NEGOTIABLE or decision.severity is None or principle is None:
            continue
        yield case.finding(
            decision.severity,
            plan.path,
            gate.place(dossier.assessment, plan),
            title=(Name(clip(principle.title)), _state(dossier, decision)),
            why=_why(case, plan, dossier, decision, principle),
            fix=_fix(plan, dossier, decision),
            subject=gate.key_of(principle),
        )


def _state(dossier: Dossier, decision: Decision) -> str:
    if decision.ground is Ground.NOT_APPLICABLE:
        return " is called not applicable"
    if decision.ground is Ground.TAKEN_BACK:
        return " passes after a FAIL"
    return " is partial" if dossier.assessment.verdict is Verdict.PARTIAL else " is violated"


def _why(  # noqa: PLR0911  a sentence for each ground
    case: Case, plan: Plan, dossier: Dossier, decision: Decision, principle: Principle
) -> Prose:
    check, statement = dossier.assessment, decision.statement
    assessed: Prose = (At(plan.path, check.line), " says ", Code(clip(check.status, 60)) if check.status else "so")
    rule_line = At(case.constitution.path, principle.line, Side.BASE)
    strict: Prose = ("the constitution calls it NON-NEGOTIABLE, ", rule_line, ": no row can justify it.")
    quoted: Prose = (At(plan.path, statement.line), ": ", Code(clip(statement.text, 100))) if statement else ()
    match decision.ground:
        case Ground.WHICH_PRINCIPLE:
            item = Code(clip(check.named or check.text, 60))
            return (*assessed, " of ", item, ". Which principle is meant? If it is this one, ", *strict)
        case Ground.MENDED if statement is not None and statement.kind is StatementKind.AMENDMENT:
            return (*assessed, ", and an amendment that the base has settles it, ", *quoted, ".")
        case Ground.MENDED:
            return (*assessed, ", and this feature is to repair it, ", *quoted, ".")
        case Ground.EXCEPTION if principle.exception_line is not None:
            clause = At(case.constitution.path, principle.exception_line, Side.BASE)
            return (*assessed, ". The constitution says at ", clause, " when an exception may be made, and ", *quoted)
        case Ground.CONTRADICTION:
            return (*assessed, ", and the same item passes at ", *quoted, ".")
        case Ground.TAKEN_BACK:
            place = At(plan.path, check.line)
            return (place, " passes it, no word says what changed, and before it failed: ", *quoted, ".")
        case Ground.NOT_APPLICABLE:
            strict = (". The constitution calls it NON-NEGOTIABLE, ", rule_line)
            return _why_not_applicable(assessed, strict, quoted)
        case _:
            return (*assessed, ", and ", *strict)


def _why_not_applicable(assessed: Prose, strict: Prose, quoted: Prose) -> Prose:
    if quoted:
        return (*assessed, *strict, ". Its reason: ", *quoted, ".")
    return (*assessed, " and gives no reason", *strict, ".")


def _fix(plan: Plan, dossier: Dossier, decision: Decision) -> Prose:  # noqa: PLR0911  a sentence for each ground
    place, statement = At(plan.path, dossier.assessment.line), decision.statement
    match decision.ground:
        case Ground.WHICH_PRINCIPLE:
            return ("Write the principle's numeral and name as the constitution has them.",)
        case Ground.NOT_APPLICABLE:
            return ("Make sure that the reason holds for every part of the feature.",)
        case Ground.TAKEN_BACK:
            return ("Say beside the verdict at ", place, " what changed.")
        case Ground.EXCEPTION:
            return ("Make sure that the row in Complexity Tracking meets the constitution's terms.",)
        case Ground.CONTRADICTION if statement is not None:
            return ("Correct the verdict that is wrong, at ", place, " or at ", At(plan.path, statement.line), ".")
        case Ground.MENDED:
            return ("Make sure that the repair is part of the feature.",)
        case _:
            waiver = (CommandOffer(" Or a maintainer comments ", f"/plan waive {NON_NEGOTIABLE} <reason>", "."),)
            change = (
                "Change the design until the principle holds, or change the constitution in a pull request of its own."
            )
            return (change, *(waiver if decision.severity is Severity.ERROR else ()))
