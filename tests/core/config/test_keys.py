"""Every key of `app.yml`, set to something else than its default: what a person then sees that was not there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.config.layers import Origin, Rank, merge, read_layer
from bot.core.config.schema import all_keys
from bot.core.judging.judge import judge
from bot.core.text.prose import plain
from bot.rules import RULES
from tests.asking import harbour, say
from tests.core.changes import change
from tests.core.stories import DIR, FEATURE, MAIN, PLAN, SOURCES, TEMPLATE
from tests.stage import SPEC_KIT, Stage, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


WHOLE = {**MAIN, **FEATURE}
_ROW = next(line for line in FEATURE[PLAN].splitlines(keepends=True) if line.startswith("| VII. Simplicity: 4th crate"))
VIOLATED = {**WHOLE, PLAN: FEATURE[PLAN].replace(_ROW, "")}
OLDER = {**WHOLE, PLAN: VIOLATED[PLAN].replace("❌ FAIL", "PASS")}
TAKEN = {"specs/018-labels/spec.md": "# Labels\n"}
CODE = {**MAIN, "crates/ferry-api/src/lib.rs": "pub fn faster() {}\n"}
FAILING = feature(text=plan("FAIL"))


def without(files: Mapping[str, str], *paths: str) -> dict[str, str]:
    """The files but for some."""
    return {path: text for path, text in files.items() if path not in paths}


def verdict(setting: str, head: Mapping[str, str], base: Mapping[str, str] = MAIN, branch: str | None = None) -> str:
    """The conclusion on a change, and the first thing to say of it."""
    layer = read_layer(f"plangate:\n  {setting}\n", Origin(Rank.OWNER, "app.yml"), [rule.id for rule in RULES])
    assert not layer.mistakes
    about = change(dict(head), dict(base), head_branch=branch or "018-webhook-retry", pull_request=1)
    report = judge(about, merge([layer]).config, RULES, TEMPLATE, sources=SOURCES)
    findings = [f"{found.rule} {found.severity}" for found in report.all_findings() if not found.follow_up]
    judged = [one.feature.dir for one in report.features]
    return " · ".join([report.conclusion.value, *(findings or judged or [plain(report.reason)])[:1]])


def moved(files: Mapping[str, str], folder: str) -> dict[str, str]:
    """The feature in another folder."""
    return {path.replace(DIR, folder): text for path, text in files.items()}


Case = tuple["Callable[[str], str]", str, str, str]
NOTHING = (
    "success · Nothing to check here: this pull request adds no feature folder, and no folder belongs to its branch."
)
OUTSIDE = (
    "success · Nothing to check here: apps/web/specs/018-webhook-retry/ is outside the specs roots; "
    "specs: [specs, apps/web/specs] in the configuration makes it judged."
)
VIOLATION = "failure · unjustified-violation error"

JUDGED: dict[str, Case] = {
    "mode": (
        lambda setting: verdict(setting, VIOLATED),
        "mode: advise",
        VIOLATION,
        VIOLATION.replace("failure", "neutral"),
    ),
    "branches": (
        lambda setting: verdict(setting, CODE, branch="018-faster"),
        "branches: '^feat/(?P<number>[0-9]{3,})-(?P<slug>[^/]*)$'",
        "failure · missing-artifact error",
        NOTHING,
    ),
    "specs": (
        lambda setting: verdict(setting, moved(VIOLATED, "apps/web/specs/018-webhook-retry"), branch="retry"),
        'specs: ["apps/*/specs"]',
        OUTSIDE,
        VIOLATION,
    ),
    "number": (
        lambda setting: verdict(setting, {**WHOLE, **TAKEN}, {**MAIN, **TAKEN}),
        "number: issue",
        "failure · number-collision error",
        f"success · {DIR}",
    ),
    "unmatched": (
        lambda setting: verdict(setting, CODE, branch="faster"),
        "unmatched: require-feature",
        NOTHING,
        "failure · code-without-feature error",
    ),
    "since": (
        lambda setting: verdict(setting, VIOLATED, OLDER),
        "since: 19",
        VIOLATION,
        "success · unjustified-violation notice",
    ),
    "legacy": (
        lambda setting: verdict(setting, VIOLATED, OLDER),
        'legacy: ["specs/01?-*"]',
        VIOLATION,
        "success · unjustified-violation notice",
    ),
    "code": (
        lambda setting: verdict(setting, without(WHOLE, f"{DIR}/research.md")),
        'code: ["app/**"]',
        "failure · missing-artifact error",
        "success · missing-artifact warning",
    ),
    "ignore": (lambda setting: verdict(setting, VIOLATED, branch="x"), 'ignore: ["specs/**"]', VIOLATION, NOTHING),
    "artifacts": (
        lambda setting: verdict(setting, without(WHOLE, f"{DIR}/tasks.md")),
        "artifacts: {tasks.md: required}",
        "success · missing-artifact warning",
        "failure · missing-artifact error",
    ),
    "rules": (
        lambda setting: verdict(setting, VIOLATED),
        "rules: {unjustified-violation: notice}",
        VIOLATION,
        "success · unjustified-violation notice",
    ),
}


@pytest.mark.parametrize("key", JUDGED)
def test_it_changes_the_verdict(key: str) -> None:
    judged, setting, before, after = JUDGED[key]
    assert judged("mode: enforce") == before
    assert judged(setting) == after


class Play:
    """A repository of acme's under one configuration, and what becomes of a failing pull request in it."""

    def __init__(self, stage: Stage, setting: str, owner: str = "comment: when-needed") -> None:
        world = stage.world
        self.stage = stage
        self.rules = world.create_repository("acme", ".github", {".github/app.yml": f"plangate:\n  {owner}\n"})
        files = {"README.md": "# Ferry\n", **SPEC_KIT, ".github/app.yml": f"plangate:\n  {setting}\n"}
        self.repo = world.create_repository("acme", "ferry", files)
        world.install("acme", [self.rules, self.repo])
        stage.drain(patience=10)

    def conclusion(self, base: str = "main") -> str:
        """The conclusion on a failing feature."""
        self.stage.world.push(self.repo, "001-search", FAILING, author="ada", start=base)
        self.pull = self.stage.world.open_pull_request(self.repo, "001-search", base, author="ada")
        self.stage.drain(patience=10)
        return str(self.stage.run(self.repo, self.pull.head_sha).conclusion)

    def comments(self) -> int:
        """How many comments that left."""
        self.conclusion()
        return len(self.stage.comments(self.repo, self.pull.number))

    def reply(self, text: str, author: str = "ada") -> str:
        """What a command is answered with."""
        issue = self.stage.world.open_issue(self.repo, "Export the audit log", author="ada")
        self.stage.world.comment(self.repo, issue.number, text, author=author)
        self.stage.drain(patience=10)
        return "\n".join(one.body for one in self.stage.comments(self.repo, issue.number))


def commands_prefix(stage: Stage, setting: str) -> object:
    return "**Commands**" in Play(stage, setting).reply("/gate help")


def role_for(verb: str) -> Callable[[Stage, str], object]:
    """Who may use a command, as the help says."""

    def told(stage: Stage, setting: str) -> object:
        rows = [line.split("|") for line in Play(stage, setting).reply("/plan help").splitlines()]
        return next(cells[3].split()[0] for cells in rows if len(cells) > 3 and f"/plan {verb}" in cells[1])

    return told


def comment(stage: Stage, setting: str) -> object:
    return Play(stage, setting).comments()


def waive_own(stage: Stage, setting: str) -> object:
    """What the author of a pull request makes of it who is an admin and waives its finding."""
    repo = harbour(stage, files={".github/app.yml": f"plangate:\n  {setting}\n"})
    stage.world.user("ada", "admin", repo)
    stage.world.push(repo, "001-search", FAILING, author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=10)
    say(stage, repo, pull.number, "/plan waive unjustified-violation it is three lines long", "ada")
    return stage.run(repo, pull.head_sha).conclusion


def suggest(stage: Stage, setting: str) -> object:
    play = Play(stage, setting)
    play.conclusion()
    return len(stage.world.reviews(play.pull))


def self_configured(stage: Stage, setting: str) -> object:
    play = Play(stage, setting)
    stage.world.push(play.repo, "release/2", {".github/app.yml": "plangate:\n  mode: advise\n"}, author="root")
    return play.conclusion("release/2")


def ungoverned(stage: Stage, setting: str) -> object:
    world = stage.world
    rules = world.create_repository("acme", ".github", {".github/app.yml": f"plangate:\n  {setting}\n"})
    repo = world.create_repository("acme", "toy", {"README.md": "# Toy\n"})
    world.install("acme", [rules, repo])
    stage.drain(patience=10)
    world.push(repo, "more", {"README.md": "# More\n"}, author="ada")
    pull = world.open_pull_request(repo, "more", author="ada")
    stage.drain(patience=10)
    return len(stage.runs(repo, pull.head_sha))


def locked(stage: Stage, setting: str) -> object:
    return Play(stage, "mode: off", owner=setting).conclusion()


SEEN: dict[str, tuple[Callable[[Stage, str], object], str, object, object]] = {
    "commands.prefix": (commands_prefix, "commands: {prefix: /gate}", False, True),
    "commands.start": (role_for("start"), "commands: {start: admin}", "write", "admin"),
    "commands.commit": (role_for("commit"), "commands: {commit: maintain}", "write", "maintain"),
    "commands.waive": (role_for("waive"), "commands: {waive: admin}", "maintain", "admin"),
    "waive_own": (waive_own, "waive_own: true", "failure", "success"),
    "suggest": (suggest, "suggest: true", 0, 1),
    "comment": (comment, "comment: never", 1, 0),
    "self_configured": (self_configured, 'self_configured: ["release/*"]', "failure", "neutral"),
    "ungoverned": (ungoverned, "ungoverned: silent", 1, 0),
    "locked": (locked, "locked: [mode]", "success", "failure"),
}


@pytest.mark.parametrize("key", SEEN)
def test_it_changes_what_people_see(tmp_path: Path, key: str) -> None:
    play, setting, before, after = SEEN[key]
    for name, given, expected in (("default", "since: 0", before), ("set", setting, after)):
        folder = tmp_path / name
        folder.mkdir()
        with Stage(folder) as stage:
            assert play(stage, given) == expected


def test_no_key_is_without_an_effect() -> None:
    assert {key.path for key in all_keys()} == set(JUDGED) | set(SEEN)


@pytest.mark.parametrize(
    ("setting", "comments"),
    [("mode: advise", 0), ("mode: advise\n  comment: always", 1), ("mode: enforce", 1), ("mode: off", 0)],
)
def test_advice_is_not_pressed_on_anybody(stage: Stage, setting: str, comments: int) -> None:
    assert Play(stage, setting).comments() == comments
