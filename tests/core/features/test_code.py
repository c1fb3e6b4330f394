"""What counts as code."""

from __future__ import annotations

import pytest

from bot.core.config.model import RepositoryConfig
from bot.core.features.code import counts_as_code


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("crates/ferry-core/src/lib.rs", True),
        ("Cargo.toml", True),
        (".github/workflows/ci.yml", False),
        ("specs/018-webhook-retry/contracts/openapi.yaml", False),
        (".specify/scripts/bash/common.sh", False),
        ("apps/shop/.specify/templates/plan-template.md", False),
        ("docs/diagrams/queue.svg", False),
        ("crates/docs/build.rs", True),
        ("README.MD", False),
        ("site/page.mdx", False),
        (".claude/commands/plan.toml", False),
        ("apps/shop/.cursor/rules.json", False),
        (".vscode/settings.json", False),
        ("docs", True),
    ],
)
def test_the_default(path: str, *, wanted: bool) -> None:
    assert counts_as_code(path, RepositoryConfig(), ("specs",)) is wanted


def test_a_key_replaces_the_default_but_never_makes_code_of_specs() -> None:
    config = RepositoryConfig(code=("**/*.md",))
    assert counts_as_code("prompts/review.md", config, ("specs",))
    assert not counts_as_code("crates/ferry-core/src/lib.rs", config, ("specs",))
    assert not counts_as_code("specs/018-webhook-retry/plan.md", config, ("specs",))


def test_what_is_ignored_is_no_code() -> None:
    config = RepositoryConfig(ignore=("vendor/**",))
    assert not counts_as_code("vendor/lib.c", config, ("specs",))
