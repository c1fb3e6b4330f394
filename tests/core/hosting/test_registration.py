"""What is asked of GitHub, and that its answer is believed only as far as it makes sense."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.bundled import bundled_text
from bot.core.forge.errors import UserError
from bot.core.forge.rights import ANSWER, CHECK, COMMIT
from bot.core.hosting.registration import (
    RegistrationOptions,
    form_address,
    lacking,
    manifest,
    own_address,
    registered,
    registration_options,
)

WRITTEN = yaml.safe_load(bundled_text("app.yml"))
ANSWERED = {"id": 7, "slug": "gate", "pem": "-----BEGIN RSA PRIVATE KEY-----\nx\n", "webhook_secret": "s"}


def test_the_manifest_is_app_yml_with_this_hosts_address() -> None:
    made = manifest(WRITTEN, "https://me.example", "http://127.0.0.1:5/setup/done", RegistrationOptions())
    assert made == {
        **{key: value for key, value in WRITTEN.items() if key != "plangate"},
        "url": "https://me.example",
        "hook_attributes": {"url": "https://me.example/webhook", "active": True},
        "redirect_url": "http://127.0.0.1:5/setup/done",
        "callback_urls": ["https://me.example/login/done"],
    }


def test_the_second_set_of_permissions_adds_commits_and_nothing_else() -> None:
    first, second = (
        manifest(WRITTEN, "https://me.example", "https://me.example/setup/done", RegistrationOptions(commits=commits))
        for commits in (False, True)
    )
    assert first["default_permissions"] == {**ANSWER, "merge_queues": "read"}
    assert second["default_permissions"] == {**COMMIT, "merge_queues": "read"}
    assert {**second, "default_permissions": None} == {**first, "default_permissions": None}


def test_an_app_for_checks_only_may_write_checks_and_hears_of_no_comment() -> None:
    wanted = registration_options("", "", commits=False, checks_only=True)
    made = manifest(WRITTEN, "https://me.example", "https://me.example/setup/done", wanted)
    assert made["default_permissions"] == dict(CHECK)
    assert [name for name, level in made["default_permissions"].items() if level != "read"] == ["checks"]
    assert made["default_events"] == ["check_run", "check_suite", "pull_request", "push"]


def test_commits_and_checks_only_exclude_each_other() -> None:
    with pytest.raises(UserError, match="choose one of the two"):
        registration_options("", "", commits=True, checks_only=True)


def test_a_manifest_without_permissions_is_refused() -> None:
    with pytest.raises(UserError, match=r"app\.yml lacks `default_permissions`"):
        manifest({"name": "x"}, "https://me.example", "https://me.example/setup/done", RegistrationOptions())


def test_the_form_goes_to_the_owner_that_was_named() -> None:
    assert (
        form_address("https://github.com", RegistrationOptions(), "a b&c")
        == "https://github.com/settings/apps/new?state=a%20b%26c"
    )
    there = form_address("https://github.com", RegistrationOptions(organization="acme"), "s")
    assert there == "https://github.com/organizations/acme/settings/apps/new?state=s"


@given(st.text(), st.text(), st.booleans())
def test_whatever_is_typed_leads_to_github_or_is_refused(name: str, organization: str, commits: bool) -> None:
    try:
        wanted = registration_options(name, organization, commits=commits)
    except UserError:
        return
    address = form_address("https://github.com", wanted, "s")
    assert address.startswith(("https://github.com/settings/", "https://github.com/organizations/"))
    assert address.count("/") in {5, 7}
    assert address.isascii()


@pytest.mark.parametrize(
    "text", ["https://a.example", "https://a.example/", "https://a.example/sub/", "http://localhost:1"]
)
def test_an_address_of_ours(text: str) -> None:
    assert own_address(text) == text.rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example",
        "http://a.example",
        "http://localhost.evil.example",
        "ftp://a.example",
        "https://",
        "https://[::1",
        "https://u:p@a.example",
        "https://a.example?x",
        "https://a.example#x",
        "https://a.example/\nx",
        "https://a b.example",
        "javascript:alert(1)",
    ],
)
def test_no_address_of_ours(text: str) -> None:
    with pytest.raises(UserError, match=r"must be such as https://plangate\.example\.com"):
        own_address(text)


def test_a_page_counts_only_at_github() -> None:
    def page(url: Any, github: str = "https://git.example") -> str:
        return registered({**ANSWERED, "html_url": url}, github, "https://me.example").page

    assert page("https://git.example/github-apps/gate") == "https://git.example/github-apps/gate"
    for wrong in ("https://git.example.evil/apps/gate", "javascript:alert(1)", None, 7, "https://git.example/\x1b[2J"):
        assert page(wrong) == "https://git.example/apps/gate"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ANSWERED, "html_url"]), inner),
    max_leaves=10,
)


@given(JSON | st.fixed_dictionaries({key: JSON | st.just(value) for key, value in ANSWERED.items()}))
def test_any_answer_is_an_app_or_refused(answer: Any) -> None:
    try:
        app = registered(answer, "https://github.com", "https://me.example")
    except ValueError:
        return
    assert app.app_id > 0
    assert app.page.startswith("https://github.com/")
    assert "PRIVATE KEY-----" in app.private_key
    assert app.webhook_secret is None or app.webhook_secret


def test_lacking_goes_by_level() -> None:
    assert lacking({"a": "write", "b": "read"}, {"a": "read", "b": "write", "c": "read"}) == {"b": "write", "c": "read"}
    assert lacking({"a": "admin"}, {"a": "write"}) == {}
