"""What the doctor makes of facts: a bad one is never fine, and no foreign name leaves its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.forge.lost_deliveries import Attempt
from bot.core.hosting import diagnosis
from bot.core.hosting.diagnosis import AppNow, Grant, HookNow, Level

PAGE = "https://github.com/settings/apps/gate"
WANTED = {"checks": "write", "contents": "read"}
TEXT = st.text() | st.sampled_from(["\x1b[2J", "a\nb", "\u202egnp", "[red]x[/red]"])


def app(permissions: dict[str, str] | None = None, *, organization: bool = False) -> AppNow:
    granted = WANTED if permissions is None else permissions
    return AppNow(7, "gate", "https://github.com/apps/gate", "acme", organization, granted, frozenset({"push"}))


def attempt(number: int, guid: str, status: int) -> Attempt:
    return Attempt(id=number, guid=guid, event="push", action=None, sent_at=float(number), status=status)


def test_the_settings_page_is_that_of_the_owner() -> None:
    assert app().settings_page("https://github.com") == "https://github.com/settings/apps/gate"
    there = app(organization=True).settings_page("https://git.example")
    assert there == "https://git.example/organizations/acme/settings/apps/gate"


@pytest.mark.parametrize(
    ("ahead", "level"),
    [(0.4, "ok"), (-9.0, "ok"), (11.0, "warning"), (-300.0, "warning"), (61.0, "error"), (-401.0, "error")],
)
def test_the_clock(ahead: float, level: str) -> None:
    assert diagnosis.clock(ahead).level == level


@given(st.dictionaries(st.sampled_from(["checks", "contents", "x"]), st.sampled_from(["read", "write", "admin", "?"])))
def test_whatever_is_missing_is_an_error(granted: dict[str, str]) -> None:
    enough = granted.get("checks") in {"write", "admin"} and granted.get("contents") in {"read", "write", "admin"}
    assert (diagnosis.permissions(app(granted), WANTED, PAGE).level is Level.ERROR) == (not enough)


def test_a_delivery_counts_by_its_latest_attempt() -> None:
    failed, again = attempt(1, "a", 500), attempt(2, "a", 202)
    assert diagnosis.deliveries([failed, again], PAGE).level is Level.OK
    assert diagnosis.deliveries([again, failed], PAGE).level is Level.OK, "in whichever order"
    assert diagnosis.deliveries([failed], PAGE).level is Level.ERROR
    assert diagnosis.deliveries([attempt(1, "a", 202), attempt(2, "a", 0)], PAGE).level is Level.OK, "on its way"


@pytest.mark.parametrize(
    ("status", "word"),
    [(401, "secrets differ"), (404, "Another server"), (413, "25 MB"), (503, "its log"), (504, "See")],
)
def test_each_failure_has_its_remedy(status: int, word: str) -> None:
    assert word in diagnosis.deliveries([attempt(1, "a", status)], PAGE).remedy


def test_github_cannot_reach_this_machine_alone() -> None:
    hook = HookNow("http://127.0.0.1:8080/webhook", has_secret=True, insecure=False)
    (found,) = diagnosis.hook(hook, "http://127.0.0.1:8080", "https://github.com", PAGE)
    assert (found.level, "which GitHub cannot reach" in found.said) == (Level.ERROR, True)
    (found,) = diagnosis.hook(hook, "http://127.0.0.1:8080", "http://127.0.0.1:9000", PAGE)
    assert found.level is Level.OK, "a GitHub on this machine can"


def test_of_many_accounts_ten_are_named() -> None:
    behind = [Grant(f"a{number}", "https://x", {}, suspended=False) for number in range(300)]
    lines = list(diagnosis.installations(behind, app()))
    assert len(lines) == 12
    assert lines[0].said.endswith("a9 and 290 more")
    assert "290 more accounts have" in lines[-1].said


@given(TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=3))
def test_no_foreign_name_leaves_its_line(name: str, page: str, permissions: dict[str, str]) -> None:
    there = [Grant(name, page, permissions, suspended=False), Grant(name, page, {}, suspended=True)]
    shown = [
        *diagnosis.installations(there, app({**permissions, "checks": "write"})),
        *diagnosis.hook(HookNow(page, has_secret=False, insecure=True), None, "https://github.com", PAGE),
        diagnosis.permissions(app(permissions), {}, PAGE),
    ]
    assert all(one.said.isprintable() and one.remedy.isprintable() for one in shown)


@given(st.text() | st.sampled_from(["https://[::1", "https://[", "//]/webhook", "https://a\uff0fb/webhook"]))
def test_any_address_of_a_webhook_is_judged(address: str) -> None:
    assert list(diagnosis.hook(HookNow(address, has_secret=True, insecure=False), None, "https://github.com", PAGE))


def test_the_last_line_counts() -> None:
    good, bad = diagnosis.ok("a", "b"), diagnosis.error("a", "b")
    assert diagnosis.summary([good]) == "Everything is in order."
    assert diagnosis.summary([good, bad, diagnosis.warning("a", "b", "c")]) == "1 error, 1 warning."
