"""The digest: the same for the same verdict, whoever reached it, and another for another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.change.trees import OtherHead
from bot.core.config.model import Source
from bot.core.judging.digest import digest, fingerprint
from bot.rules import RULES
from tests.core.stories import DIR, FEATURE, MAIN, PLAN, judged

if TYPE_CHECKING:
    from bot.core.judging.findings import Report

_ALL = {**MAIN, **FEATURE}


def _digest(report: Report) -> str:
    return digest(report, RULES)


def test_it_is_a_sha256() -> None:
    name, _, value = _digest(judged(_ALL)).partition(":")
    assert name == "sha256"
    assert len(value) == 64
    assert set(value) <= set("0123456789abcdef")


def test_the_order_in_which_a_tree_was_read_does_not_matter() -> None:
    head = {path: _ALL[path] for path in reversed(_ALL)}
    base = {path: MAIN[path] for path in sorted(MAIN)}
    assert _digest(judged(_ALL)) == _digest(judged(head, base))


def test_where_the_yardstick_came_from_does_not_matter() -> None:
    report = judged(_ALL)
    moved = replace(report, config=(Source("app.yml", "worktree"),), reason=("why",), notes=(("how",),))
    assert _digest(report) == _digest(moved)


def test_what_is_said_and_where_matters() -> None:
    shorter = {**_ALL, PLAN: FEATURE[PLAN].replace("the metrics crate lands with 019", "it lands with 019")}
    longer = {**_ALL, PLAN: FEATURE[PLAN].replace("## Summary", "\n## Summary")}
    digests = {_digest(judged(head)) for head in (_ALL, shorter, longer, {**_ALL, f"{DIR}/research.md": ""})}
    assert len(digests) == 4


def test_what_only_github_knows_is_left_out_and_still_told_apart() -> None:
    plain = judged(_ALL, pull_request=9)
    wanted = judged(_ALL, pull_request=9, others=(OtherHead("018-x", ("specs/018-x",), 3),))
    assert len(wanted.all_findings()) == len(plain.all_findings()) + 1
    assert _digest(plain) == _digest(wanted)
    assert fingerprint(plain) != fingerprint(wanted)


def test_a_name_that_is_no_unicode_has_a_digest() -> None:
    path = "specs/018-\udcff/plan.md"
    assert _digest(judged({**MAIN, path: "# Plan"})).startswith("sha256:")
