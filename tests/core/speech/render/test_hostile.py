"""Whatever people write into their documents, names and branches: every page holds its limits and its shape."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.change.feature import ARTIFACTS, Artifact, Due, Feature, Stage, State
from bot.core.config.model import Source
from bot.core.config.yaml import ConfigMistake, Spot
from bot.core.documents.plan import Check, Phase, TrackingRow, Verdict
from bot.core.drafting.draft import Draft
from bot.core.forge.effects import Conclusion
from bot.core.judging.findings import FeatureReport, Finding, Report, Severity
from bot.core.judging.waiving import Waived
from bot.core.speech.render import (
    ConfigFile,
    ConfigTrouble,
    OtherPull,
    RenderContext,
    Style,
    as_sarif,
    as_workflow_commands,
    check_run,
    config_run,
    sticky,
    terminal,
)
from bot.core.speech.report.json_report import json_text
from bot.core.text.prose import At, Code, Name, Prose, Side
from bot.core.yardstick.constitution import Constitution, ConstitutionState, Principle
from tests.core.speech.render import story
from tests.core.speech.render.shown import show
from tests.core.text.test_neutral import LINKED, UNSEEN, hostile

ALLOWED = {
    *("p", "h3", "ol", "ul", "li", "strong", "em", "a", "code", "pre", "sub", "details", "summary", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td", "br"),
}
HOSTS = ("https://github.com/", "https://plangate.example/")
TOO_LONG = "x" * 5_000

words = st.one_of(hostile, st.sampled_from(["", TOO_LONG, "@octocat " * 2_000, "`" * 3_000, "|" * 3_000]))
lines = st.one_of(st.none(), st.integers(1, 200_000))
own = st.sampled_from([" says ", " and ", ", ", ".", ": "])
pieces = st.one_of(
    words.map(Code),
    words.map(Name),
    st.builds(At, words, lines, st.sampled_from(Side)),
)
# Rules put words of their own between foreign ones.
prose: st.SearchStrategy[Prose] = st.lists(st.tuples(pieces, own), min_size=1, max_size=3).map(
    lambda pairs: tuple(piece for pair in pairs for piece in pair)
)
findings = st.builds(
    Finding,
    rule=st.sampled_from([*story.RULES, "unheard-of"]),
    severity=st.sampled_from(Severity),
    path=words,
    line=lines,
    title=prose,
    why=prose,
    fix=prose,
    subject=words,
    column=st.one_of(st.none(), st.integers(1, 300)),
    end_line=lines,
    end_column=st.one_of(st.none(), st.integers(1, 300)),
    paste=st.one_of(st.none(), words),
    headline=st.one_of(st.none(), words),
    follow_up=st.booleans(),
    table=st.one_of(st.just(()), st.lists(st.tuples(prose, prose), min_size=1, max_size=3).map(tuple)),
)
principles = st.builds(Principle, st.one_of(st.none(), words), words, st.booleans(), st.integers(1, 99))
checks = st.builds(
    Check,
    st.one_of(st.none(), words),
    words,
    st.sampled_from(Verdict),
    st.integers(1, 99),
    st.sampled_from(Phase),
    reason=st.one_of(st.none(), words),
)
rows = st.builds(TrackingRow, words, words, words, words, st.integers(1, 99), st.booleans())
stated = st.tuples(st.sampled_from(Due), st.sampled_from(State), st.one_of(st.none(), words), lines)


@st.composite
def features(draw: st.DrawFn) -> FeatureReport:
    """A feature in which every word is somebody else's."""
    folder = f"specs/{draw(words)}"
    people = draw(st.lists(principles, max_size=3))
    about = draw(st.lists(checks, max_size=4)) + [
        replace(draw(checks), principle=person.id or person.name) for person in people if draw(st.booleans())
    ]
    return FeatureReport(
        Feature(
            *(folder, draw(words), draw(words), draw(words), draw(st.sampled_from(Stage)), draw(st.booleans())),
            legacy=draw(st.booleans()),
            removed=draw(st.booleans()),
        ),
        draw(words),
        Constitution(draw(words), draw(st.sampled_from(ConstitutionState)), draw(words), tuple(people)),
        tuple(Artifact(name, f"{folder}/{name}", *draw(stated)) for name in ARTIFACTS),
        tuple(about),
        tuple(draw(st.lists(rows, max_size=2))),
        (),
        tuple(draw(st.lists(findings, max_size=4))),
    )


reports = st.builds(
    Report,
    st.sampled_from(Conclusion),
    st.lists(
        st.builds(Source, words, st.one_of(st.just("bundled"), words.map(lambda sha: f"base@{sha}"))), max_size=3
    ).map(tuple),
    st.lists(findings, max_size=2).map(tuple),
    st.lists(features(), max_size=3).map(tuple),
    reason=prose,
    code_files=st.integers(0, 9),
    notes=st.lists(prose, max_size=2).map(tuple),
)
contexts = st.builds(
    RenderContext,
    repository=st.just("acme/ferry"),
    web_url=st.sampled_from(["https://github.com", None]),
    head_sha=st.just(story.HEAD),
    base_sha=st.just(story.BASE),
    base_branch=words,
    head_branch=words,
    head_repository=st.one_of(st.none(), words),
    pull_request=st.one_of(st.none(), st.just(240)),
    draft=st.booleans(),
    merge_group=st.booleans(),
    governed=st.booleans(),
    report_url=st.sampled_from(["https://plangate.example/r/1", None]),
    check_run_url=st.just("https://github.com/acme/ferry/runs/1"),
    engine_version=st.just("0.1.0"),
    digest=st.just(story.CONTEXT.digest),
    rules=st.just(story.RULES),
    waivers=st.lists(st.builds(Waived, words, words, words, words), max_size=2).map(tuple),
    others=st.lists(
        st.builds(OtherPull, st.just(241), words, st.sampled_from(Conclusion), words, st.booleans()), max_size=2
    ).map(tuple),
    trouble=st.one_of(
        st.none(), st.builds(ConfigTrouble, words, words, words, st.integers(1, 9), words, st.just(story.BASE))
    ),
)
drafts = st.one_of(st.none(), st.builds(Draft, words, words, *[st.integers(0, 9)] * 3, words))
quick = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def is_safe(markdown: str) -> None:
    """Nothing in the page links where it should not, and everything that it opens it closes."""
    shown = show(markdown)
    assert set(shown.tags) <= ALLOWED, set(shown.tags) - ALLOWED
    assert not shown.open_at_end
    assert not [comment for comment in shown.comments if not comment.startswith(" plangate:v1 kind=")]
    assert len(shown.comments) <= 1
    for text in shown.loud:
        assert not LINKED.search(text), text
    for link in shown.links:
        assert link.startswith(HOSTS), link
    assert not UNSEEN.search(markdown.replace("\t", ""))


@quick
@given(reports, contexts, drafts)
def test_a_check_run_is_safe_and_within_every_limit(
    report: Report, context: RenderContext, draft: Draft | None
) -> None:
    run = check_run(report, context, draft)
    assert 0 < len(run.title) <= 80
    assert not UNSEEN.search(run.title)
    assert "\n" not in run.title
    for text in (run.summary, run.text or ""):
        assert len(text.encode()) <= 65_535
        is_safe(text)
    assert len(run.annotations) <= 50
    for each in run.annotations:
        assert each.start_line <= each.end_line
        assert 0 < len(each.title) <= 255
        assert 0 < len(each.message.encode()) <= 64_000
        assert each.start_column is None or each.start_line == each.end_line
        assert not UNSEEN.search(each.title + each.message)
    assert len(run.actions) <= 3
    for action in run.actions:
        assert len(action.label) <= 20
        assert len(action.description) <= 40
        assert len(action.identifier) <= 20


@quick
@given(reports, contexts, drafts)
def test_a_sticky_comment_is_safe_and_within_its_limit(
    report: Report, context: RenderContext, draft: Draft | None
) -> None:
    comment = sticky(report, context, draft)
    assert (comment is None) == (context.pull_request is None)
    if comment:
        assert len(comment.body) <= 65_536
        assert comment.body.startswith("<!-- plangate:v1 kind=sticky ")
        is_safe(comment.body)


@quick
@given(reports, contexts, st.sampled_from([20, 80, 120]))
def test_a_terminal_gets_no_control_characters(report: Report, context: RenderContext, width: int) -> None:
    text = terminal(report, {story.PLAN: story.PLAN_TEXT}, context, style=Style(width=width))
    assert not UNSEEN.search(text)
    assert not UNSEEN.search(re.sub("\x1b\\[[0-9;]*m", "", terminal(report, {}, context, style=Style(colour=True))))


@quick
@given(reports, contexts)
def test_machine_formats_keep_what_was_written(report: Report, context: RenderContext) -> None:
    text = json_text(report, context.digest, "0.1.0", story.INPUTS)
    assert not re.search("[\x80-\x9f\u200b-\u200f\u202a-\u202e\ufeff\ud800-\udfff]", text)
    text.encode()
    back = json.loads(text)
    assert [finding["rule"] for finding in back["findings"]] == [finding.rule for finding in report.findings]
    assert [feature["dir"] for feature in back["features"]] == [feature.feature.dir for feature in report.features]
    json.dumps(as_sarif(report, context))


@quick
@given(reports, contexts)
def test_a_finding_is_one_workflow_command(report: Report, context: RenderContext) -> None:
    told = [finding for finding in report.all_findings() if not finding.follow_up]
    commands = as_workflow_commands(report, context).splitlines()
    assert len(commands) == len(told) + 1
    for command in commands[:-1]:
        assert re.match(r"::(error|warning|notice) [^:]*::", command)
    assert commands[-1].startswith("plangate: ")


@quick
@given(
    words,
    words,
    st.lists(
        st.builds(
            ConfigMistake, st.builds(Spot, st.integers(1, 9), st.integers(1, 40), st.integers(0, 40)), words, words
        )
    ),
    contexts,
)
def test_a_configuration_run_is_safe(
    path: str, text: str, mistakes: list[ConfigMistake], context: RenderContext
) -> None:
    run = config_run(ConfigFile(path, text, tuple(mistakes)), context)
    assert len(run.title) <= 80
    assert len(run.summary.encode()) <= 65_535
    is_safe(run.summary)
    assert len(run.annotations) <= 50
