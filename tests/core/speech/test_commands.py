"""Commands in what people write: which lines count, what they mean, and what is answered to a mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.config.model import Commands
from bot.core.drafting.naming import is_slug
from bot.core.forge.roles import Role
from bot.core.speech.commands import (
    COMMANDS,
    MAX_COMMANDS,
    MAX_REASON,
    Command,
    CommandMistake,
    MistakeKind,
    Spelling,
    Verb,
    Where,
    access,
    read_commands,
    row_for,
)
from tests.effort import bounded_work

RULES = ("missing-artifact", "number-collision", "unjustified-violation")
ISSUE, PULL = Where.ISSUE, Where.PULL_REQUEST


def verbs(text: str, where: Where = PULL, spelling: Spelling | None = None) -> list[Verb]:
    return [read.verb for read in read_commands(text, where, spelling, RULES) if isinstance(read, Command)]


def only(text: str, where: Where = PULL) -> Command | CommandMistake:
    (read,) = read_commands(text, where, None, RULES)
    return read


@pytest.mark.parametrize(
    "text",
    [
        "/plan",
        "/plan.",
        "  /plan  ",
        "/PLAN",
        "/plan please",
        "/speckit.plan",
        "@plangate plan",
        "@plangate[bot] plan",
        "Thanks for the spec!\r\n/plan\r\n",
        "\u200b/plan",
        "<details>\n\n/plan\n\n</details>",
        "<!-- a template's comment -->\n\n/plan",
        "> quoted\n\n/plan",
    ],
)
def test_a_line_that_starts_with_the_prefix_is_a_command(text: str) -> None:
    assert verbs(text) == [Verb.PLAN]


@pytest.mark.parametrize(
    "text",
    [
        "```\n/plan\n```",
        "~~~~\n/plan\n```\n/plan\n~~~~",
        "    /plan",
        "\t/plan",
        "`code\n/plan\nmore`",
        "> /plan",
        "> quoted\n/plan",
        "<!--\n/plan\n-->",
        "text <!--\n/plan\n-->",
        "<!-- never closed\n/plan",
        "<pre>\n/plan\n</pre>",
        "- /plan",
        "- item\n  /plan",
        "1. item\n\n   /plan",
        "# /plan",
        "| /plan |\n|---|\n| /plan |",
        "[a link\n/plan](https://example.org)",
        "**bold\n/plan**",
        "say /plan to draft it",
        "/planning",
        "/plan-status",
        "/plan/status",
        "//plan",
        "\\/plan",
        "/plan the release for tuesday",
        "plan",
        "",
    ],
)
def test_what_only_looks_like_a_command_is_not_one(text: str) -> None:
    assert read_commands(text, PULL, None, RULES) == ()


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("/plan status", Verb.STATUS),
        ("/plan Status.", Verb.STATUS),
        ("/plan `status`", Verb.STATUS),
        ("/plan recheck", Verb.CHECK),
        ("/plan explain missing-artifact", Verb.WHY),
        ("/plan ?", Verb.HELP),
        ("/plan help?", Verb.HELP),
        ("/plan draft", Verb.PLAN),
        ("/plan settings", Verb.CONFIG),
        ("/plan init", Verb.COMMIT),
        ("@Plangate plan why", Verb.WHY),
        ("/speckit.plan check", Verb.CHECK),
    ],
)
def test_aliases_case_and_punctuation_do_not_matter(text: str, verb: Verb) -> None:
    assert verbs(text) == [verb]


def test_another_prefix_leaves_another_bots_command_alone() -> None:
    spelling = Spelling("/feature plan", "planner")
    assert verbs("/plan\n/plan status\n/PLAN start", spelling=spelling) == []
    assert verbs("/feature plan status\n@planner plan help\n/speckit.plan", spelling=spelling) == [
        Verb.STATUS,
        Verb.HELP,
        Verb.PLAN,
    ]
    assert verbs("@plangate plan", spelling=spelling) == []


def test_arguments_are_typed() -> None:
    assert only("/plan why `missing-artifact`") == Command(Verb.WHY, 1, rule="missing-artifact")
    assert only('/plan waive number-collision "018 is printed in customer docs"') == Command(
        Verb.WAIVE, 1, rule="number-collision", reason="018 is printed in customer docs"
    )
    assert only("\n\n/plan start audit-export", ISSUE) == Command(Verb.START, 3, slug="audit-export")
    assert only("/plan start 022-audit-export", ISSUE) == Command(Verb.START, 1, slug="audit-export")
    assert only("/plan start Export the $(audit) log", ISSUE) == Command(Verb.START, 1, slug="export-audit-log")
    assert only("/plan start 監査", ISSUE) == Command(Verb.START, 1, slug="監査")
    assert only("/plan start !!", ISSUE) == Command(Verb.START, 1)


def test_a_waiver_may_end() -> None:
    written = only("/plan waive missing-artifact the page moves soon until 2027-01-31")
    assert isinstance(written, Command)
    assert (written.reason, written.until) == ("the page moves soon", "2027-01-31")
    endless = only("/plan waive missing-artifact we keep it until 2027-13-41")
    assert isinstance(endless, Command)
    assert (endless.reason, endless.until) == ("we keep it until 2027-13-41", None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("stat", "status"), ("sta", "status"), ("star", "status"), ("comit", None), ("waiv", None), ("hel", "help")],
)
def test_a_suggestion_takes_the_prefix_first_and_never_writes(written: str, meant: str | None) -> None:
    found = only(f"/plan {written}", PULL)
    assert isinstance(found, CommandMistake)
    assert found.suggestion == meant


@pytest.mark.parametrize(
    ("text", "where", "mistake"),
    [
        ("/plan stauts", PULL, CommandMistake(MistakeKind.UNKNOWN_COMMAND, 1, None, "stauts", "status")),
        ("/plan stauts now", PULL, CommandMistake(MistakeKind.UNKNOWN_COMMAND, 1, None, "stauts", "status")),
        ("/plan frobnicate", PULL, CommandMistake(MistakeKind.UNKNOWN_COMMAND, 1, None, "frobnicate", None)),
        (
            "/plan why missing-artefact",
            PULL,
            CommandMistake(MistakeKind.UNKNOWN_RULE, 1, Verb.WHY, "missing-artefact", "missing-artifact"),
        ),
        ("/plan waive", PULL, CommandMistake(MistakeKind.MISSING_RULE, 1, Verb.WAIVE)),
        (
            "/plan waive missing-artifact ok",
            PULL,
            CommandMistake(MistakeKind.MISSING_REASON, 1, Verb.WAIVE, "missing-artifact"),
        ),
        ("/plan commit to main", PULL, CommandMistake(MistakeKind.UNWANTED_WORDS, 1, Verb.COMMIT, "to main")),
        ("/plan start", PULL, CommandMistake(MistakeKind.WRONG_PLACE, 1, Verb.START)),
        ("/plan commit", ISSUE, CommandMistake(MistakeKind.WRONG_PLACE, 1, Verb.COMMIT)),
        ("/plan check", ISSUE, CommandMistake(MistakeKind.WRONG_PLACE, 1, Verb.CHECK)),
        ("/plan waive number-collision it is fine", ISSUE, CommandMistake(MistakeKind.WRONG_PLACE, 1, Verb.WAIVE)),
    ],
)
def test_a_mistake_is_named(text: str, where: Where, mistake: CommandMistake) -> None:
    assert only(text, where) == mistake


def test_five_commands_are_read_and_a_sixth_is_said() -> None:
    text = "\n".join(f"/plan why {rule}" for rule in RULES) + "\n/plan status\n/plan help\n/plan check\n/plan config"
    read = read_commands(text, PULL, None, RULES)
    assert len(read) == MAX_COMMANDS + 1
    assert read[-1] == CommandMistake(MistakeKind.TOO_MANY, 6)


def test_the_same_command_twice_counts_once() -> None:
    assert verbs("/plan\n/plan\n@plangate plan\n/plan status\n/plan status") == [Verb.PLAN, Verb.STATUS]


def test_who_may_follows_the_repositorys_settings() -> None:
    start = row_for(Verb.START, ISSUE)
    plan = row_for(Verb.PLAN, ISSUE)
    assert start is not None
    assert plan is not None
    settings = Commands(start=Role.MAINTAIN)
    assert not access(start, settings).allows(Role.WRITE, is_author=True)
    assert access(start, settings).allows(Role.ADMIN, is_author=False)
    assert access(plan, settings).allows(Role.ANYONE, is_author=True)
    assert not access(plan, settings).allows(Role.ANYONE, is_author=False)
    assert access(plan, settings).allows(Role.TRIAGE, is_author=False)


def test_every_command_has_a_row_and_every_word_one_meaning() -> None:
    assert {row.verb for row in COMMANDS} == set(Verb)
    meanings: dict[str, Verb] = {}
    for row in COMMANDS:
        for word in row.words:
            assert meanings.setdefault(word, row.verb) is row.verb


_LINES = st.lists(
    st.sampled_from(
        ["/plan", "/plan ", "> ", "```", "<!--", "-->", "- ", "\t", "waive ", "start ", "`", "\r", "\n", "|"]
    )
    | st.text(max_size=20),
    max_size=60,
).map("".join)


@given(_LINES, st.sampled_from(Where), st.text(max_size=12))
def test_any_text_is_read(text: str, where: Where, prefix: str) -> None:
    for read in read_commands(text, where, Spelling(prefix), RULES):
        assert read.line >= 1
        if isinstance(read, Command):
            assert read.slug is None or is_slug(read.slug)
            assert read.rule is None or read.rule in RULES
            assert len(read.reason or "") <= MAX_REASON
            assert "\n" not in (read.reason or "")
        else:
            assert len(read.written) <= 60
            assert "\n" not in read.written


@pytest.mark.parametrize(
    "text", [">" * 65_000 + "/plan", "/plan\n" * 11_000, "`" * 65_000, "[" * 65_000, "/plan " * 11_000]
)
def test_a_comment_as_long_as_github_takes_is_read_at_once(text: str) -> None:
    with bounded_work():
        read_commands("/plan\n\n" + text, PULL, None, RULES)
