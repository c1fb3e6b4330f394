"""The story that all examples tell: `acme/ferry`, constitution 1.3.0, feature `018-webhook-retry`, 63 lines of plan."""

from __future__ import annotations

from dataclasses import replace

from bot.core.change.feature import Artifact, Due, Feature, Stage, State
from bot.core.change.trees import Change, Tree
from bot.core.config.layers import Effective, Origin, Rank
from bot.core.config.model import RepositoryConfig, Source
from bot.core.config.yaml import Spot
from bot.core.documents.plan import Check, Phase, Placeholder, TrackingRow, Verdict
from bot.core.drafting.draft import Draft
from bot.core.forge.effects import Conclusion
from bot.core.forge.stored import Waiver
from bot.core.judging.findings import FeatureReport, Finding, Report, Severity
from bot.core.judging.inputs import Inputs
from bot.core.judging.rule import Clause, Rule
from bot.core.speech.render import RenderContext
from bot.core.text.prose import At, Code, Name, Pull, Side
from bot.core.yardstick.constitution import Constitution, ConstitutionState, Principle
from bot.core.yardstick.template import PlaceholderKind

HEAD = "3f9c2ab4e1d05b7768c2a9f0d4be6a1c57e80d92"
BASE = "8be41d7c02f95a3e6d1b7f40c9a2e85d31067bc4"
DIR = "specs/018-webhook-retry"
PLAN = f"{DIR}/plan.md"
SPEC = f"{DIR}/spec.md"

PRINCIPLES = (
    Principle("I", "Rust-First", non_negotiable=False, line=9),
    Principle("II", "REST API", non_negotiable=False, line=15),
    Principle("III", "Test-First", non_negotiable=True, line=21),
    Principle("IV", "Integration Testing", non_negotiable=False, line=27),
    Principle("V", "Observability", non_negotiable=False, line=33, sentence="Every queue has a metric."),
    Principle("VI", "Data Protection", non_negotiable=True, line=39),
    Principle("VII", "Simplicity", non_negotiable=False, line=45, sentence="Three crates are enough."),
)
CONSTITUTION = Constitution(".specify/memory/constitution.md", ConstitutionState.FILLED, "1.3.0", PRINCIPLES)
FEATURE = Feature(DIR, "specs", "018", "webhook-retry", Stage.IMPLEMENTING, owned=True, added=True)
CONFIG = (Source(".github/app.yml", f"base@{BASE}"),)


def rule(name: str, one: str, many: str, rank: int) -> Rule:
    """A rule as the renderer sees it; it judges nothing."""
    return Rule(name, name, f"{name}\n", Severity.ERROR, Clause(one, many, rank), lambda _: ())


CHANGE = Change(Tree(HEAD), Tree(BASE), head_branch="018-webhook-retry", base_branch="main", pull_request=231)
INPUTS = Inputs(CHANGE, Effective(RepositoryConfig(), {}), merge_base=BASE, head=HEAD)
"""What the story's verdicts took in, beside the documents."""
WAIVER = Waiver(
    repository=1,
    rule="number-collision",
    finding="0f343b0931126a20f133d67c2b018a3b",
    folder=DIR,
    tree=HEAD,
    reason="018 is printed in customer docs",
    by="octocat",
    number=231,
    given_at=0.0,
)
INPUTS_OF_AN_APP = replace(
    INPUTS,
    effective=Effective(RepositoryConfig(), {"mode": (Origin(Rank.HOST, "app.yml"), Spot(1, 1))}),
    waivers=(WAIVER,),
)

RULES = {
    each.id: each
    for each in (
        rule("missing-artifact", "artifact missing", "artifacts missing", 1),
        rule("unjustified-violation", "violation unjustified", "violations unjustified", 2),
        rule("unanswered-principle", "principle unanswered", "principles unanswered", 3),
        rule("inline-justification", "reason inline", "reasons inline", 4),
        rule("unfilled-plan", "plan unfilled", "plans unfilled", 0),
        rule("number-collision", "number taken", "numbers taken", 5),
    )
}

CONTEXT = RenderContext(
    repository="acme/ferry",
    head_sha=HEAD,
    base_sha=BASE,
    base_branch="main",
    default_branch="main",
    head_branch="018-webhook-retry",
    pull_request=240,
    site_url="https://plangate.example",
    report_url="https://plangate.example/r/5d1e0c97",
    takes_feedback=True,
    check_run_url="https://github.com/acme/ferry/runs/34810022517",
    engine_version="0.1.0",
    digest="sha256:5d1e0c97" + "0" * 56,
    rules=RULES,
)

PLAN_TEXT = "\n".join(
    [
        *(f"line {number}" for number in range(1, 30)),
        "| V. Observability | PARTIAL | no metric for queue age yet, follows in 019 |",
        "| VI. Data Protection (NON-NEGOTIABLE) | | |",
        "| VII. Simplicity | ❌ FAIL | adds `ferry-retry`, the 4th crate |",
        *(f"line {number}" for number in range(33, 41)),
        "├── research.md",
        "├── data-model.md",
        *(f"line {number}" for number in range(43, 64)),
    ]
)


def artifact(name: str, due: Due, state: State, line: int | None = None, reason: str | None = None) -> Artifact:
    """One of the seven in the story's folder."""
    return Artifact(name, f"{DIR}/{name}", due, state, reason, line)


def artifacts(research: State = State.PRESENT) -> tuple[Artifact, ...]:
    """The seven; research and data model are in the state given."""
    return (
        artifact("spec.md", Due.REQUIRED, State.PRESENT),
        artifact("plan.md", Due.REQUIRED, State.PRESENT),
        artifact("research.md", Due.REQUIRED, research, 41),
        artifact("data-model.md", Due.REQUIRED, research, 42),
        artifact("quickstart.md", Due.REQUIRED, State.PRESENT, 43),
        artifact("contracts/", Due.OFF, State.MISSING, 44, "GET only, described in openapi.yaml"),
        artifact("tasks.md", Due.REQUIRED, State.PRESENT),
    )


def checks(sixth: Verdict = Verdict.PASS) -> tuple[Check, ...]:
    """The Constitution Check, one line per principle from line 26."""
    reasons = {Verdict.PARTIAL: "no metric for queue age yet, follows in 019"}
    verdicts = [*[Verdict.PASS] * 4, Verdict.PARTIAL, sixth, Verdict.VIOLATION]
    return tuple(
        Check(principle.id, principle.title, verdict, 26 + index, Phase.PRE, in_slot=True, reason=reasons.get(verdict))
        for index, (principle, verdict) in enumerate(zip(PRINCIPLES, verdicts, strict=True))
    )


TRACKING = " to Complexity Tracking after "
CELLS = (Code("Why Needed"), " and ", Code("Simpler Alternative Rejected Because"))


def missing(name: str, line: int, *more: str | At) -> Finding:
    """A promised artifact that is not there."""
    return Finding(
        "missing-artifact",
        Severity.ERROR,
        PLAN,
        line,
        title=(Code(name), " is missing"),
        why=("The plan promises it: ", At(PLAN, line), *more, "."),
        fix=("Write ", Code(name), ", or end ", At(PLAN, line), " with ", Code("# N/A: <reason>"), "."),
        subject=name,
        column=5,
        end_column=4 + len(name),
        headline=f"{name} is missing",
    )


UNJUSTIFIED = Finding(
    "unjustified-violation",
    Severity.ERROR,
    PLAN,
    32,
    title=(Name("VII. Simplicity"), " is violated and not justified"),
    why=(
        At(PLAN, 32),
        " says ",
        Code("❌ FAIL"),
        "; no reason found; looked in the row, below it, in Complexity Tracking and in sections about deviations.",
    ),
    fix=("Add a row for ", Name("VII"), TRACKING, At(PLAN, 63), ", and fill ", *CELLS, "."),
    subject="VII",
    column=21,
    end_column=26,
    paste="| VII. Simplicity: 4th crate `ferry-retry` | | |",
)
UNANSWERED = Finding(
    "unanswered-principle",
    Severity.ERROR,
    PLAN,
    31,
    title=(Name("VI. Data Protection (NON-NEGOTIABLE)"), " is unanswered"),
    why=("The cell at ", At(PLAN, 31), " is empty."),
    fix=("Write ", Code("PASS"), ", ", Code("FAIL"), " or ", Code("N/A: <reason>"), " in the principle's status cell."),
    subject="VI",
    column=3,
    end_column=38,
)
INLINE = Finding(
    "inline-justification",
    Severity.WARNING,
    PLAN,
    30,
    title=(Name("V. Observability"), " is partial"),
    why=(
        "Its reason is only in the Notes cell, ",
        At(PLAN, 30),
        ": ",
        Code("no metric for queue age yet, follows in 019"),
        ".",
    ),
    fix=("Add a row for ", Name("V"), TRACKING, At(PLAN, 63), ", and fill ", CELLS[2], "."),
    paste="| V. Observability | no metric for queue age yet, follows in 019 | |",
    subject="V",
    column=22,
    end_column=28,
)

ERRORS = (
    UNANSWERED,
    missing("data-model.md", 42, ", and the spec has 2 key entities, ", At(SPEC, 61)),
    UNJUSTIFIED,
    missing("research.md", 41),
)

FAILING_FEATURE = FeatureReport(
    FEATURE,
    ".specify/templates/plan-template.md",
    CONSTITUTION,
    artifacts(State.MISSING),
    checks(Verdict.UNANSWERED),
    (),
    (),
    (*ERRORS, INLINE),
)
FAILING = Report(Conclusion.FAILURE, CONFIG, (), (FAILING_FEATURE,), code_files=9)

ROWS = (
    TrackingRow(
        "VII",
        "VII. Simplicity: 4th crate `ferry-retry`",
        "back-off state must outlive an API deploy",
        "a module in ferry-core, it would restart with the API",
        64,
        complete=True,
    ),
    TrackingRow(
        "V", "V. Observability: no queue-age metric yet", "the metrics crate lands with 019", "", 65, complete=True
    ),
)
PASSING_FEATURE = replace(FAILING_FEATURE, artifacts=artifacts(), checks=checks(), violations=ROWS, findings=())
PASSING = Report(Conclusion.SUCCESS, CONFIG, (), (PASSING_FEATURE,), code_files=9)

NOT_A_FEATURE = Report(
    Conclusion.SUCCESS,
    CONFIG,
    (),
    (),
    reason=("Nothing to check here: this pull request adds no feature folder, and no folder belongs to its branch.",),
    notes=(
        (
            "branch ",
            Code("fix/404-on-empty-page"),
            ": ",
            Code("404"),
            " is no feature number here: no ",
            Code("specs/404-*"),
            ", and the highest is 020",
        ),
        ("changed files: 3, none of them a spec or a plan",),
    ),
)

LIMITS = "specs/019-rate-limits"
UNFILLED = Finding(
    "unfilled-plan",
    Severity.ERROR,
    f"{LIMITS}/plan.md",
    1,
    title=(Code(f"{LIMITS}/plan.md"), " is still the template"),
    why=("16 of its lines hold placeholders, and no principle is answered.",),
    fix=(),
    subject="plan.md",
    headline="The plan is still the template: 16 lines to fill",
)
UNFILLED_FEATURE = FeatureReport(
    Feature(LIMITS, "specs", "019", "rate-limits", Stage.PLANNING, owned=True, added=True),
    ".specify/templates/plan-template.md",
    CONSTITUTION,
    (
        Artifact("spec.md", f"{LIMITS}/spec.md", Due.REQUIRED, State.PRESENT),
        Artifact("plan.md", f"{LIMITS}/plan.md", Due.REQUIRED, State.TEMPLATE),
        Artifact("research.md", f"{LIMITS}/research.md", Due.NEXT, State.MISSING, None, 45),
        Artifact("data-model.md", f"{LIMITS}/data-model.md", Due.NEXT, State.MISSING, None, 46),
        Artifact("quickstart.md", f"{LIMITS}/quickstart.md", Due.NEXT, State.MISSING, None, 47),
        Artifact("contracts/", f"{LIMITS}/contracts/", Due.OFF, State.MISSING),
        Artifact("tasks.md", f"{LIMITS}/tasks.md", Due.OFF, State.MISSING),
    ),
    (),
    (),
    tuple(
        Placeholder(f"{LIMITS}/plan.md", line, PlaceholderKind.FIELD, "[text]")
        for line in (1, 3, 4, 10, *range(14, 21), 40, 52, 66, 75, 76)
    ),
    (UNFILLED,),
)
UNFILLED_REPORT = Report(Conclusion.FAILURE, CONFIG, (), (UNFILLED_FEATURE,))
BRANCH = replace(CONTEXT, head_branch="019-rate-limits", pull_request=None)
SKELETON = Draft(
    f"{LIMITS}/plan.md",
    "# Implementation Plan: Rate limits\n\n**Constraints**: NEEDS CLARIFICATION\n\n```text\nspecs/019-rate-limits/\n"
    "```\n",
    11,
    4,
    7,
    ".specify/templates/plan-template.md",
)

COLLISION = Finding(
    "number-collision",
    Severity.ERROR,
    SPEC,
    1,
    title=("Number 018 is taken on ", Code("main")),
    why=(Code("018-audit-export"), " has had it since 2026-11-18."),
    fix=(
        "The older folder keeps the number. Next free: 021 (019 and 020 are on open branches). Run ",
        Code("plangate renumber specs/018-webhook-retry 021 --write"),
        "; the branch may keep its name.",
    ),
    paste=(
        "plangate renumber specs/018-webhook-retry 021 --write\n"
        "git add --all specs\n"
        "git commit -m 'Renumber webhook-retry to 021'\n"
        "git push"
    ),
    paste_as="bash",
    subject="018",
    headline="Number 018 is taken on main · next free is 021",
    table=(
        (("number 018",), ("where",), ("since",)),
        (
            (At("specs/018-audit-export/", side=Side.BASE),),
            (Code("main"), ", merged with ", Pull(231)),
            ("2026-11-18",),
        ),
        ((Code("018-webhook-retry"),), ("this pull request",), ("2026-11-20",)),
    ),
)
COLLIDING = replace(PASSING, conclusion=Conclusion.FAILURE, features=(replace(PASSING_FEATURE, findings=(COLLISION,)),))
