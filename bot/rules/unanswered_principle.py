"""A principle of the constitution has no answer in the plan.

## What it does

Compares the Constitution Check with the constitution at the base: a principle that is listed without a verdict is
unanswered, and so is one that is not mentioned at all. An answer in the re-check after the design counts.

## Why

Restating a principle is not answering it. A gate in which nothing is said lets everything through.

## How to fix

Write `PASS`, `FAIL` or `N/A: <reason>` beside the principle.

## Example

```markdown
| VI. Data Protection (NON-NEGOTIABLE) | | |
```

## Use instead

```markdown
| VI. Data Protection (NON-NEGOTIABLE) | PASS | payloads are encrypted at rest, as today |
```

## Severity

Error for a NON-NEGOTIABLE principle that is listed without a verdict, and for all of them when not one is answered.
Warning for another that is listed without a verdict, or a NON-NEGOTIABLE one that is not mentioned. Notice for what is
not mentioned, or answered by one line for the whole gate ("Gate: PASS"); also where an item has the numeral or a word
of a NON-NEGOTIABLE one, under another name. Where no item goes by a principle's name, the notice says so and lists
none. Measured on 181 real plans: 28 have the notice, and of these 25 were right by hand; the other three answer a
principle under another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Check, Verdict
from bot.core.documents.plan_reading.joining import hints_at
from bot.core.judging import gate
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Name, Piece, Prose
from bot.core.text.wording import clip, count
from bot.core.yardstick.constitution import ConstitutionState, Principle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Plan
    from bot.core.judging.findings import Finding

_VERDICTS: Prose = (Code("PASS"), ", ", Code("FAIL"), " or ", Code("N/A: <reason>"))
_NAMED_AT_MOST = 5
_LOOKED_AT = 200
"""Items that are compared with each principle."""


@rule(Severity.ERROR, Clause("principle unanswered", "principles unanswered", 30))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each principle that is listed without a verdict, one for all that are not mentioned."""
    plan = case.plan
    if plan is None or plan.check is None or plan.unfilled or case.constitution.state is not ConstitutionState.FILLED:
        return
    listed: dict[str, list[Check]] = {}
    for check in plan.checks:
        if check.principle is not None:
            listed.setdefault(check.principle, []).append(check)
    silent = bool(listed) and all(check.verdict is Verdict.UNANSWERED for check in plan.checks)
    for principle in case.constitution.principles:
        checks = listed.get(gate.key_of(principle), [])
        if checks and all(check.verdict is Verdict.UNANSWERED for check in checks):
            yield _listed(case, plan, principle, checks[0], silent=silent and not _is_answered_as_a_whole(plan))
    yield from _not_mentioned(case, plan, [p for p in case.constitution.principles if gate.key_of(p) not in listed])


def _is_answered_as_a_whole(plan: Plan) -> bool:
    """Whether one line answers for the whole gate."""
    return plan.overall not in (None, Verdict.UNANSWERED, Verdict.PENDING)


def _listed(case: Case, plan: Plan, principle: Principle, check: Check, *, silent: bool) -> Finding:
    if _is_answered_as_a_whole(plan):
        severity = Severity.NOTICE
    else:
        severity = Severity.ERROR if silent or principle.non_negotiable else Severity.WARNING
    at = At(plan.path, check.line)
    why: Prose = (at, " lists it without a verdict.")
    if check.status:
        why = (at, " says ", Code(clip(check.status, 60)), ", which is no verdict.")
    elif gate.is_blank_row(check):
        why = ("The cell at ", at, " is empty.")
    if _is_answered_as_a_whole(plan):
        why = (*why, " Only the line for the whole gate, ", At(plan.path, plan.overall_line), ", answers it.")
    return case.finding(
        severity,
        plan.path,
        gate.place(check, plan),
        title=(Name(clip(principle.title)), " is unanswered"),
        why=why,
        fix=_fix(check),
        subject=gate.key_of(principle),
    )


def _fix(check: Check) -> Prose:
    place = "in the principle's status cell" if check.text.lstrip().startswith("|") else "after the principle's name"
    return ("Write ", *_VERDICTS, f" {place}.")


def _is_hinted_at(principle: Principle, plan: Plan) -> bool:
    """Whether an item has its numeral or a word of it: `II. No external deps` beside `II. Vetted Dependencies`."""
    return any(hints_at(check.named, principle) for check in plan.checks[:_LOOKED_AT])


def _not_mentioned(case: Case, plan: Plan, principles: list[Principle]) -> Iterator[Finding]:
    line = plan.check.line if plan.check is not None else None
    hinted = [principle for principle in principles if _is_hinted_at(principle, plan)]
    strong = [] if _is_answered_as_a_whole(plan) else [p for p in principles if p.non_negotiable and p not in hinted]
    for principle in strong:
        yield case.finding(
            Severity.WARNING,
            plan.path,
            line,
            title=(Name(clip(principle.title)), " is not mentioned"),
            why=("The Constitution Check at ", At(plan.path, line), " has no line for it."),
            fix=("Add the principle to the Constitution Check, with ", *_VERDICTS, "."),
            subject=gate.key_of(principle),
        )
    weak = [p for p in principles if p not in strong and (p.non_negotiable or p not in hinted)]
    if weak:
        others = _answers_other_gates(plan)
        names: list[Piece] = []
        for principle in weak[:_NAMED_AT_MOST]:
            names += [", ", Name(clip(principle.title, 60))]
        more = f" and {len(weak) - _NAMED_AT_MOST} more" if len(weak) > _NAMED_AT_MOST else ""
        at = At(plan.path, line)
        unsaid: Prose = ("The Constitution Check at ", at, " has no line for ", *names[1:], f"{more}.")
        yield case.finding(
            Severity.NOTICE,
            plan.path,
            line,
            title=(
                "No principle is named"
                if others
                else f"{count(len(weak), 'principle is', 'principles are')} not mentioned",
            ),
            why=("No item of the check at ", at, " goes by the name of a principle.") if others else unsaid,
            fix=("Add the principles that the feature touches to the Constitution Check, each with its verdict.",),
            subject="not mentioned",
        )


def _answers_other_gates(plan: Plan) -> bool:
    """Whether the check has only gates of its own. It would be wrong to call each principle forgotten then."""
    return bool(plan.checks) and all(check.principle is None for check in plan.checks)
