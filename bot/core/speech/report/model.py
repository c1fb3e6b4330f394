"""The JSON report as types: `config/report.schema.json` is generated from them, and a report is read by them.

The report is a public contract (`docs/report.md`): fields are added, never renamed or removed, and a reader skips what
it does not know. Only the readers of reports load this module; a report is written without it.
"""

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from bot.core.change.feature import Due, Stage, State
from bot.core.config.layers import Rank
from bot.core.config.model import Mode
from bot.core.documents.plan import Phase, StatementKind, Verdict
from bot.core.forge.check_run_output import Conclusion
from bot.core.judging.findings import Severity
from bot.core.yardstick.constitution import ConstitutionState
from bot.core.yardstick.template import PlaceholderKind

Commit = Annotated[str, Meta(pattern="^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
Line = Annotated[int, Meta(ge=1, description="A 1-based line.")]
Column = Annotated[int, Meta(ge=1, description="A 1-based column in characters (code points).")]
Path = Annotated[str, Meta(description="A path from the repository's root, with `/`.")]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class StatementJson(TypedDict):
    """Something that a plan says about a principle."""

    kind: StatementKind
    line: Line
    text: str


class EditJson(TypedDict):
    """A change of one line of the finding's document."""

    line: Line
    lines: Annotated[list[str], Meta(description="What takes the line's place; empty where the line goes.")]


class FindingJson(TypedDict):
    """A finding with its place, its reason and its fix."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{16}(?:-[0-9]+)?$", description="Stays the same over pushes.")]
    rule: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$")]
    severity: Annotated[Severity, Meta(description="Only an error blocks.")]
    path: Annotated[str, Meta(description="A path from the repository's root; empty for the change as a whole.")]
    line: Line | None
    end_line: Line | None
    column: Column | None
    end_column: Column | None
    new: Annotated[bool, Meta(description="What is judged added or changed the line, or the file it is about.")]
    subject: Annotated[str, Meta(description="What the finding is about: an artifact, a principle's id, a number.")]
    message: str
    fix: str
    paste: Annotated[str | None, Meta(description="Text that mends it, ready to paste.")]
    edits: Annotated[list[EditJson], Meta(description="The fix as changes of lines, where no person has to choose.")]
    follow_up: Annotated[bool, Meta(description="It comes next, and is not yet asked for.")]


class ConstitutionJson(TypedDict):
    """The constitution that the feature was judged by."""

    path: Path
    state: ConstitutionState
    version: str | None


class ArtifactJson(TypedDict):
    """One of the seven artifacts of a feature folder."""

    name: str
    path: Path
    due: Due
    state: State
    reason: Annotated[str | None, Meta(description="The plan's words why it is not due.")]
    line: Line | None


class PrincipleJson(TypedDict):
    """A principle of the constitution, and what the plan says of it."""

    id: Annotated[str | None, Meta(description="The numeral as written.")]
    name: str
    non_negotiable: bool
    line: Annotated[int, Meta(ge=1, description="The constitution's line.")]
    exception_line: Annotated[Line | None, Meta(description="The constitution's line that allows exceptions.")]
    statements: list[StatementJson]


class CheckJson(TypedDict):
    """The smallest assessed unit of the plan's Constitution Check."""

    principle: str | None
    text: str
    verdict: Verdict
    line: Line
    phase: Phase
    statements: list[StatementJson]


class ViolationJson(TypedDict):
    """A row of Complexity Tracking."""

    principle: str | None
    violation: str
    why: str
    alternative: str
    line: Line
    complete: bool


class PlaceholderJson(TypedDict):
    """A line that still holds the template's text."""

    path: Path
    line: Line
    kind: PlaceholderKind
    text: str


class FeatureJson(TypedDict):
    """A feature folder that was looked at."""

    dir: Path
    number: str | None
    slug: str | None
    stage: Stage
    owned: bool
    legacy: bool
    removed: bool
    template: Annotated[str, Meta(description="The plan template that won, or `bundled`.")]
    constitution: ConstitutionJson
    artifacts: list[ArtifactJson]
    principles: list[PrincipleJson]
    checks: list[CheckJson]
    violations: list[ViolationJson]
    placeholders: list[PlaceholderJson]
    findings: list[FindingJson]


class SourceJson(TypedDict):
    """A configuration file that applied, and where it was read."""

    path: Path
    source: Annotated[str, Meta(description="`base@<commit>`, `worktree` or `bundled`.")]


class LayerJson(TypedDict):
    """One configuration file's own settings."""

    rank: Annotated[Rank, Meta(description="Whose file it is; nearer ones win.")]
    path: str
    commit: str | None
    settings: Annotated[
        dict[str, Any] | None, Meta(description="Its settings by key; null where they may not be shown.")
    ]


class WaiverJson(TypedDict):
    """A waiver that let a finding pass."""

    rule: str
    finding: Annotated[str, Meta(description="What the waiver is bound to: a hash of the finding's words.")]
    folder: str
    tree: Annotated[str, Meta(description="Git id of the folder's tree, or the head's for what is in no folder.")]
    by: str
    role: str
    reason: str
    until: Annotated[str, Meta(description="Its last day (UTC), empty where it has no end.")]


class InputsJson(TypedDict):
    """The inputs of the verdict beside the commits."""

    head_branch: str | None
    base_branch: str | None
    pull_request: int | None
    merge_group: bool
    stack_base: Annotated[Commit | None, Meta(description="In a stack: where constitution and templates come from.")]
    named_folders: Annotated[list[str], Meta(description="Feature folders that the caller named.")]
    stage: Annotated[Stage | None, Meta(description="The stage that the caller named.")]
    mode: Annotated[Mode | None, Meta(description="Takes the place of the configured mode: an older pull request.")]
    first_seen: Annotated[Day | None, Meta(description="When the App first saw the repository (UTC).")]
    legacy: Annotated[list[str], Meta(description="Judged folders that the base had then.")]
    complete: Annotated[bool, Meta(description="Every changed file and every layer of the stack is known.")]
    configuration: Annotated[list[LayerJson], Meta(description="The files in force, the outermost first.")]
    waivers: list[WaiverJson]


class ReportJson(TypedDict):
    """The verdict on one commit against one base."""

    plangate: Annotated[str, Meta(description="The version that judged.")]
    head: Annotated[Commit | None, Meta(description="The judged commit; null for files that are in no commit.")]
    base: Annotated[Commit | None, Meta(description="What it was compared with.")]
    merge_base: Annotated[Commit | None, Meta(description="Their merge base; null where it was not looked up.")]
    digest: Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$", description="Over what both sides can see.")]
    conclusion: Conclusion
    config: list[SourceJson]
    reason: Annotated[str | None, Meta(description="Why nothing was judged.")]
    notes: list[str]
    code_files: Annotated[int, Meta(ge=0, description="Changed files that count as code.")]
    findings: Annotated[list[FindingJson], Meta(description="What belongs to no feature.")]
    features: list[FeatureJson]
    inputs: InputsJson
