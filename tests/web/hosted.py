"""A server with pages, the sandbox beside it, and browsers at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from werkzeug.test import Client

from bot.adapters.github.repository import GitHubRepositories
from bot.app.judging import JudgingHere
from bot.app.service import Service
from bot.host.bootstrap import service, web_application
from bot.host.settings import Settings
from bot.host.storage import Storage
from tests.stage import SPEC_KIT, feature

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

SITE = "https://gate.acme.example"
FEEDBACK = "https://forge.acme.example/issues/new"


def storage_of(stage: Stage) -> Storage:
    return Storage(stage.queue, lambda: stage.store, None)  # type: ignore[arg-type]


class Hosted:
    """A server with pages, and a browser at it."""

    def __init__(self, stage: Stage, pages: str = "public", *, hsts_seconds: int = 0, site: str = SITE) -> None:
        self.stage = stage
        world = stage.world
        world.app.callback_urls = [f"{site}/login/done"]
        settings = Settings(
            url=site, github_url=world.url, api_url=world.api, pages=pages, feedback_url=FEEDBACK,
            app_slug=world.app.slug, metrics_token="token", webhook_secrets=("secret",), hsts_seconds=hsts_seconds,
            client_id=world.app.client_id, client_secret=world.app.client_secret,
        )  # fmt: skip
        repositories = GitHubRepositories(stage.app, stage.clock)
        handler = service(settings, stage.queue, stage.store, repositories, stage.clock)
        assert isinstance(handler, Service)
        # Here, because a busy machine may start a process so late that the job is tried again.
        stage.service = replace(handler, judging=JudgingHere())
        self.site = web_application(settings, stage.clock, storage_of(stage))
        self.browser = self.new_browser()

    def new_browser(self) -> Client:
        """A browser with cookies of its own."""
        return Client(self.site)

    def repository(self, *, private: bool = False) -> Repository:
        repository = self.stage.world.create_repository("acme", "ferry", SPEC_KIT, private=private)
        self.stage.install(repository)
        return repository

    def pull_request(self, repository: Repository, text: str, **files: str) -> PullRequest:
        self.stage.world.push(repository, "001-search", feature(text=text) | files, author="ada")
        pull = self.stage.world.open_pull_request(repository, "001-search", author="ada")
        self.stage.drain()
        return pull

    def page(self, repository: Repository, sha: str) -> str:
        """The path of the page that the run on a commit leads to."""
        address = self.stage.run(repository, sha).details_url or ""
        assert address.startswith(f"{SITE}/verdicts/{repository.id}/{sha}/")
        return address.removeprefix(SITE)


class Person:
    """A person with a browser."""

    def __init__(self, hosted: Hosted, login: str) -> None:
        self.hosted, self.login = hosted, login
        self.browser = Client(hosted.site)

    def get(self, address: str) -> TestResponse:
        """One request, without following what it leads to."""
        return self.browser.get(address, base_url=SITE)

    def post(self, address: str, **form: str) -> TestResponse:
        return self.browser.post(address, base_url=SITE, data=form)

    def approve(self, address: str) -> str:
        """Approve the App at the sandbox as this person; the path that GitHub leads back to."""
        world = self.hosted.stage.world
        world.sign_in(self.login)
        assert address.startswith(f"{world.url}/login/oauth/authorize?")
        answer = requests.get(address, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}" == SITE
        return f"{back.path}?{back.query}"

    def open(self, address: str) -> TestResponse:
        """The page to which that address leads, by way of the login where there is one."""
        answer = self.get(address)
        for _ in range(6):
            location = answer.headers.get("Location", "")
            if not location:
                break
            answer = self.get(self.approve(location) if "/login/oauth/" in location else location)
        return answer

    def csrf(self) -> str:
        """The token in the forms of this person's pages."""
        page = self.get("/").text
        return page.partition('name="csrf" value="')[2].partition('"')[0]
