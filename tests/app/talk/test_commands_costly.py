"""Drafts are made in processes of their own: a draft that costs too much is not made, and the answer says so."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot.adapters.isolation import Limits
from bot.app.judging import JudgingApart
from bot.core.drafting.for_feature import issue_draft_of
from bot.core.drafting.naming import name_feature
from bot.core.forge.facts import Issue
from tests.asking import branches, faces, harbour, reply, say, text_at
from tests.clocks import HandClock
from tests.core.changes import tree
from tests.stage import SPEC_KIT, TEMPLATE

if TYPE_CHECKING:
    from tests.stage import Stage

TOO_COSTLY = "There is no draft: reading the templates, manifests and texts that it is made from takes more time"


def test_a_draft_is_the_same_as_in_the_worker() -> None:
    naming, issue = name_feature("Search", "001"), Issue(1, "Search", "Find a ferry.", "ada", "2026-11-22T12:41:07Z")
    drafting = partial(issue_draft_of, issue, naming, tree(dict(SPEC_KIT)), None, TEMPLATE)
    assert JudgingApart(HandClock()).draft(1, drafting) == drafting()


def test_a_template_that_takes_too_long_ends_in_an_answer(stage: Stage) -> None:
    costly = TEMPLATE + "\n- [ ] a [b] [c](d) *e*" * 40_000
    repo = harbour(stage, files={".specify/templates/plan-template.md": costly})
    stage.service = replace(stage.service, judging=JudgingApart(stage.clock, Limits(call_seconds=1)))
    number = stage.world.open_issue(repo, "Search", "Find a ferry.", author="eve").number
    comment = say(stage, repo, number, "/plan start", "grace")
    assert faces(stage, repo, comment) == ["eyes", "confused"]
    assert TOO_COSTLY in reply(stage, repo, number)
    assert branches(repo) == ["main"]


def test_a_repository_that_used_up_its_hour_gets_its_drafts_after_it(stage: Stage) -> None:
    repo = harbour(stage)
    judging = JudgingApart(stage.clock, most_per_hour=0)
    stage.service = replace(stage.service, judging=judging)
    stage.world.push(repo, "001-search", {"src/app.py": "print()\n"}, author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=10)
    assert "research.md" not in (stage.run(repo, pull.head_sha).text or ""), "a check run goes without its draft"
    head = pull.head_sha
    say(stage, repo, pull.number, "/plan commit", "grace")
    assert pull.head_sha == head
    assert TOO_COSTLY in reply(stage, repo, pull.number)
    judging.most_per_hour = 600
    say(stage, repo, pull.number, "/plan commit", "grace")
    assert "# Implementation Plan: Search" in text_at(repo, "001-search", "specs/001-search/plan.md")
