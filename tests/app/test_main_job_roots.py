"""Specs roots that only a glob names: found where the change is, although nothing there was listed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from tests.stage import Stage

MONOREPO = {
    "README.md": "# Harbour\n",
    **{f"apps/billing/{path}": text for path, text in SPEC_KIT.items()},
    ".github/app.yml": 'plangate:\n  specs: ["apps/*/specs"]\n',
}


def test_a_feature_below_a_root_that_a_glob_names_is_judged(stage: Stage) -> None:
    repo = stage.world.create_repository("acme", "harbour", MONOREPO)
    stage.install(repo)
    folder = "apps/billing/specs/001-invoices"
    files = {f"{folder}/spec.md": SPEC, f"{folder}/plan.md": plan(second="FAIL")}
    stage.world.push(repo, "001-invoices", files, author="ada")
    pull = stage.world.open_pull_request(repo, "001-invoices", author="ada")
    stage.drain()
    run = stage.run(repo, pull.head_sha)
    assert run.conclusion == "failure"
    assert "NON-NEGOTIABLE" in (run.summary or "")
