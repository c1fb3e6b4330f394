"""`app.yml` is what the code needs: no permission and no event more, none less, and the defaults of the model."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
import yaml

from bot.adapters.webhook.meaning import KINDS
from bot.bundled import bundled_text
from bot.core.config.layers import Origin, Rank, merge, read_layer
from bot.core.config.model import RepositoryConfig
from bot.core.forge.rights import ANSWER, JUDGE
from bot.rules import RULES

ALWAYS_SENT = {"installation", "installation_repositories"}
NEEDED_FOR_EVENT = {"merge_group": {"merge_queues": "read"}}
ACCEPTED = {
    "name",
    "url",
    "hook_attributes",
    "redirect_url",
    "callback_urls",
    "setup_url",
    "description",
    "public",
    "default_events",
    "default_permissions",
    "request_oauth_on_install",
    "setup_on_update",
}
"""https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest"""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(bundled_text("app.yml"))
    return loaded


def test_the_events_are_those_that_mean_something_to_us(manifest: dict[str, Any]) -> None:
    assert set(manifest["default_events"]) == set(KINDS) - ALWAYS_SENT


def test_the_permissions_are_those_that_jobs_and_events_need(manifest: dict[str, Any]) -> None:
    needed = {**ANSWER}
    for event, permissions in NEEDED_FOR_EVENT.items():
        assert event in manifest["default_events"]
        needed |= permissions
    assert manifest["default_permissions"] == needed


def test_judging_asks_for_less_than_answering() -> None:
    assert JUDGE.items() < ANSWER.items()
    assert "issues" not in JUDGE


def test_only_keys_that_github_accepts_stand_beside_our_own(manifest: dict[str, Any]) -> None:
    assert set(manifest) - ACCEPTED == {"plangate"}
    assert manifest["hook_attributes"]["url"].startswith("https://")


def test_the_defaults_are_those_of_the_model(manifest: dict[str, Any]) -> None:
    ids = [rule.id for rule in RULES]
    layer = read_layer(bundled_text("app.yml"), Origin(Rank.HOST, "app.yml"), ids)
    assert layer.mistakes == ()
    assert merge((layer,)).config == RepositoryConfig()
    assert list(manifest["plangate"]) == [field.name for field in fields(RepositoryConfig)]
