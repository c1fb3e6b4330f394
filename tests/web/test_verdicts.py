"""The page of a verdict, from the push to the browser."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

import bot
from bot.adapters.github.bare import is_public
from bot.core.forge.errors import ForgeError
from bot.core.forge.verdict_page import decoded, encoded
from bot.sandbox.faults import Fault
from tests.processes import ROOT
from tests.stage import Stage, feature, plan
from tests.web.hosted import FEEDBACK, SITE, Hosted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with Stage(tmp_path) as stage:
        yield Hosted(stage)


class Calls:
    """How many Python functions were called."""

    calls = 0


@contextmanager
def counted_calls() -> Iterator[Calls]:
    count = Calls()

    def one_more(_frame: object, event: str, _argument: object) -> None:
        count.calls += event == "call"

    sys.setprofile(one_more)
    try:
        yield count
    finally:
        sys.setprofile(None)


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_run_leads_to_a_page_with_everything_the_verdict_rests_on(hosted: Hosted) -> None:
    repository = hosted.repository()
    row = "| I. Library First | the index is part of the server | a library restarts with it |\n"
    pull = hosted.pull_request(repository, plan("FAIL", "FAIL", row))
    path = hosted.page(repository, pull.head_sha)
    page = hosted.browser.get(path)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "form-action 'self' https://forge.acme.example;" in page.headers["Content-Security-Policy"]
    text = text_of(page.text)
    for part in (
        hosted.stage.run(repository, pull.head_sha).title,
        "I. Library First constitution.md:5 Every feature starts as a library.",
        "why needed the index is part of the server plan.md:25",
        "specs/001-search planning",
        "spec.md required",
        f"plangate check --feature specs/001-search --base {pull.base_sha}",
    ):
        assert (part or "-") in text
    assert "quickstart.md" not in text, "neither there nor due: a row would say nothing"
    assert '<a href="/rules/non-negotiable-violated">' in page.text
    report = json.loads(hosted.browser.get(f"{path}/report.json").text)
    assert report["head"] == pull.head_sha
    assert report["digest"] in text


def test_every_key_of_the_configuration_has_its_place(hosted: Hosted) -> None:
    repository = hosted.repository()
    hosted.stage.world.push(repository, "main", {".github/app.yml": "plangate:\n  since: 1\n"}, author="ada")
    pull = hosted.pull_request(repository, plan())
    text = text_of(hosted.browser.get(hosted.page(repository, pull.head_sha)).text)
    tip = repository.branch("main") or ""
    assert f"since 1 .github/app.yml@{tip[:7]}:2" in text
    assert "mode enforce default" in text


def test_the_run_on_a_configuration_leads_to_the_configuration_in_force(hosted: Hosted) -> None:
    repository = hosted.repository()
    pull = hosted.pull_request(repository, plan(), **{".github/app.yml": "plangate:\n  since: 1\n"})
    run = next(run for run in hosted.stage.runs(repository, pull.head_sha) if run.name == "plangate config")
    assert run.details_url == f"{SITE}/verdicts/{repository.id}/{pull.head_sha}#configuration"
    latest = hosted.browser.get(urlsplit(run.details_url).path)
    assert (latest.status_code, latest.headers["Location"]) == (303, hosted.page(repository, pull.head_sha))
    assert hosted.browser.get(f"/verdicts/{repository.id}/{'0' * 40}").status_code == 404


def test_the_page_says_what_changed_since_the_verdict_before(hosted: Hosted) -> None:
    repository = hosted.repository()
    pull = hosted.pull_request(repository, plan("FAIL"))
    first = hosted.page(repository, pull.head_sha)
    assert "Since the verdict before" not in text_of(hosted.browser.get(first).text)
    hosted.stage.world.advance(60.0)
    hosted.stage.world.push(repository, "001-search", feature(text=plan("PASS", "")), author="ada")
    hosted.stage.drain()
    page = hosted.browser.get(hosted.page(repository, pull.head_sha)).text
    since = text_of(page).partition("Since the verdict before")[2].partition("Findings")[0]
    assert re.fullmatch(r" Fixed error I\. Library First .* New error II\. Test First .*", since)
    assert f'<a href="{first}">the verdict before</a>' in page


def test_the_commands_on_the_page_reach_the_same_digest(hosted: Hosted, tmp_path: Path) -> None:
    repository = hosted.repository()
    pull = hosted.pull_request(repository, plan("FAIL"))
    page = hosted.browser.get(hosted.page(repository, pull.head_sha)).text
    commands = unescape(re.findall(r'<h2 id="reproduce">.*?<code>(.*?)</code>', page, re.DOTALL)[0]).splitlines()
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", f"{hosted.stage.world.url}/acme/ferry.git", clone], check=True)
    for command in commands[:2]:
        subprocess.run(shlex.split(command), cwd=clone, check=True, capture_output=True)
    check = [sys.executable, "-m", "bot", *shlex.split(commands[2])[1:], "--format", "json", str(clone)]
    done = subprocess.run(check, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["digest"] in page


class TestWhoSees:
    def test_pages_are_off_until_the_host_turns_them_on(self, tmp_path: Path) -> None:
        with Stage(tmp_path) as stage:
            hosted = Hosted(stage, pages="off")
            repository = hosted.repository()
            pull = hosted.pull_request(repository, plan("FAIL"))
            run = stage.run(repository, pull.head_sha)
            assert "/verdicts/" not in f"{run.details_url}{run.summary}"
            digest = (run.external_id or "").split("/")[-2]
            assert hosted.browser.get(f"/verdicts/{repository.id}/{pull.head_sha}/{digest}").status_code == 404
            assert stage.store.verdict_page(repository.id, pull.head_sha, digest) is None

    def test_a_private_repository_has_no_page(self, hosted: Hosted) -> None:
        repository = hosted.repository(private=True)
        pull = hosted.pull_request(repository, plan("FAIL"))
        run = hosted.stage.run(repository, pull.head_sha)
        assert "/verdicts/" not in f"{run.details_url}{run.summary}"

    def test_a_repository_that_became_private_takes_its_pages_along(self, hosted: Hosted) -> None:
        repository = hosted.repository()
        path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
        shown, unknown = hosted.browser.get(path), hosted.browser.get(path[:-1] + "g")
        assert (shown.status_code, unknown.status_code) == (200, 404)
        repository.private = True
        hosted.stage.world.advance(301.0)
        gone = hosted.browser.get(path)
        assert gone.status_code == 404
        assert gone.text == unknown.text, "nobody learns that there was a page"
        for further in (f"{path}/report.json", f"{path}/wrong"):
            assert hosted.browser.get(further).text == unknown.text
        assert hosted.browser.post(f"{path}/wrong", data={"finding": "x"}).text == unknown.text

    def test_while_github_does_not_answer_nothing_is_shown(self, hosted: Hosted) -> None:
        repository = hosted.repository()
        path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
        fault = hosted.stage.world.faults.add(Fault("GET /repos/acme/ferry", times=None))
        page = hosted.browser.get(path)
        assert page.status_code == 503
        assert "GitHub does not say at the moment" in page.text
        assert fault.struck == 1
        hosted.stage.world.faults.clear()
        assert hosted.browser.get(path).status_code == 200

    def test_github_is_asked_once_in_five_minutes(self, hosted: Hosted) -> None:
        repository = hosted.repository()
        path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
        mark = hosted.stage.world.requests.mark
        for _ in range(5):
            assert hosted.browser.get(path).status_code == 200
        assert len(hosted.stage.requests(mark)) == 1

    def test_a_page_ends_with_the_retention_and_says_so(self, hosted: Hosted) -> None:
        repository = hosted.repository()
        path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
        hosted.stage.store.prune(hosted.stage.clock.now() + 1.0)
        gone = hosted.browser.get(path)
        assert gone.status_code == 404
        assert "Pages are kept for 30 days" in gone.text


def test_what_the_repository_says_is_shown_as_text(hosted: Hosted) -> None:
    repository = hosted.repository()
    hostile = '<img src=x onerror=alert(1)> {{ 7 * 7 }} "><script>alert(1)</script>'
    pull = hosted.pull_request(repository, plan("FAIL", "FAIL", f"| I. {hostile} | {hostile} | {hostile} |\n"))
    page = hosted.browser.get(hosted.page(repository, pull.head_sha)).text
    assert "alert(1)" in page
    assert "<img" not in page
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in page


def test_a_row_of_a_table_costs_few_calls(hosted: Hosted) -> None:
    """In place of a time: with so many, a page with 200 features and 1,400 principles took 33 ms of processor time."""
    repository = hosted.repository()
    path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
    *_, number, head, digest = path.split("/")
    stored = hosted.stage.store.verdict_page(int(number), head, digest)
    assert stored is not None
    small = decoded(stored.page)
    calls = []
    for times in (1, 100):
        features = small.features * times
        hosted.stage.store.keep_verdict_page(
            repository.id, replace(stored, page=encoded(replace(small, features=features)))
        )
        with counted_calls() as count:
            assert hosted.browser.get(path).text.count("I. Library First") > times
        calls.append(count.calls)
    rows = len(small.features[0].principles) + len(small.features[0].artifacts)
    assert (calls[1] - calls[0]) / (99 * rows) < 15


def test_a_false_alarm_is_counted_and_told_without_the_repositorys_words(hosted: Hosted) -> None:
    repository = hosted.repository()
    path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
    assert f"]: {SITE}{path}/wrong" in (hosted.stage.run(repository, path.split("/")[3]).summary or "")
    assert hosted.browser.get(f"{path}/wrong").headers["Location"] == f"{path}#findings"
    page = hosted.browser.get(path).text
    finding = re.findall(r'name="finding" value="([^"]+)"', page)[0]
    sent = hosted.browser.post(f"{path}/wrong", data={"finding": finding})
    assert sent.status_code == 303
    address = urlsplit(sent.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == FEEDBACK
    told = parse_qs(address.query)
    assert told["title"] == ["False alarm: unjustified-violation"]
    assert told["body"] == [
        "Rule: unjustified-violation\nSeverity: error\nPlangate: "
        + bot.__version__
        + "\nThe plan's statements: assessment, evidence\n\nWhat does the plan say, and why is the finding wrong?"
    ]
    assert hosted.browser.post(f"{path}/wrong", data={"finding": "nothing"}).status_code == 404
    metrics = hosted.browser.get("/metrics", headers={"Authorization": "Bearer token"}).text
    assert 'plangate_false_alarms_total{rule="unjustified-violation"} 1\n' in metrics


def test_github_that_is_away_is_an_error_and_not_an_answer() -> None:
    with pytest.raises(ForgeError):
        is_public("http://127.0.0.1:1", "acme/ferry", 1)
