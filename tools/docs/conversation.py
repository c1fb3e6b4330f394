"""Pictures of a whole conversation, from the issue to the merge, light, dark and at phone width.

    python -m tools.docs.conversation FOLDER

Three of them are also written to docs/pictures, for docs/how-to.md.

The conversation goes as conversations do: with a typo, a command with a hidden character or edited in, the same
question from two people, a denial, and gaps that are closed in three pushes. Each page is pictured as it stands at that
moment, from the sandbox and with Chromium (Debian's package `chromium`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.demo.story import AUTHOR, BRANCH, FEATURE, OWNER, REVIEWER, page, repository_files
from tests.chromium import chromium, look, opened
from tests.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page as BrowserPage

    from bot.sandbox.state import PullRequest, Repository

STRANGER = "eve"
PICTURES = Path(__file__).parents[2] / "docs/pictures"
SHOWN: dict[str, tuple[Literal["light", "dark"], int, int]] = {
    "1-issue": ("light", 1100, 1080),
    "3-filled": ("light", 390, 1420),
    "7-complete-run": ("dark", 1100, 1420),
}
"""Theme, width and height in pixels of the pictures in docs/pictures."""
_PATIENCE = 10
"""Seconds of the sandbox's clock that a job may wait."""


@dataclass
class Conversation:
    """The stage, its repository, and the browser that takes the pictures."""

    stage: Stage
    repository: Repository
    browser_page: BrowserPage

    def say(self, number: int, text: str, author: str) -> None:
        """Comment, and wait for the answer."""
        self.stage.world.comment(self.repository, number, text, author=author)
        self.stage.drain(patience=_PATIENCE)

    def push(self, files: dict[str, str]) -> None:
        """Push to the feature's branch, and wait for the verdict."""
        self.stage.world.push(self.repository, BRANCH, files, author=AUTHOR)
        self.stage.drain(patience=_PATIENCE)

    def picture(self, name: str, path: str) -> None:
        """Take the pictures of a page of the repository."""
        address = f"{self.stage.world.url}/{self.repository.full_name}/{path}"
        self.browser_page.goto(address)
        look(self.browser_page, name)
        if name in SHOWN:
            theme, width, height = SHOWN[name]
            self.browser_page.set_viewport_size({"width": width, "height": height})
            self.browser_page.emulate_media(color_scheme=theme)
            self.browser_page.screenshot(path=PICTURES / f"conversation-{name}.png")
        print(f"{name}: {address}")

    def picture_run(self, name: str, pull: PullRequest) -> None:
        """Take the pictures of the latest check run on a pull request's head."""
        self.picture(name, f"runs/{self.stage.run(self.repository, pull.head_sha).id}")


def main(folder: str) -> int:
    """Play the conversation; the pictures go to the folder."""
    os.environ["PLANGATE_PICTURES"] = folder
    with tempfile.TemporaryDirectory() as temporary, Stage(Path(temporary)) as stage, chromium() as browser:
        repository = stage.world.create_repository(OWNER, "support-server", repository_files(), author=AUTHOR)
        stage.world.user(AUTHOR, role="write", repository=repository)
        stage.world.user(REVIEWER, role="maintain", repository=repository)
        stage.install(repository)
        conversation = Conversation(stage, repository, opened(browser, []))
        _on_issue(conversation)
        pull = _on_pull_request(conversation)
        _to_the_merge(conversation, pull)
    return 0


def _on_issue(conversation: Conversation) -> None:
    world, repository = conversation.stage.world, conversation.repository
    issue = world.open_issue(repository, "Report errors with their context", page("issue.md"), author=STRANGER)
    for text, author in (
        ("/paln", STRANGER),
        ("/pl\u200ban", STRANGER),
        ("/plan", STRANGER),
        ("/plan", REVIEWER),
        ("/plan start", STRANGER),
        ("/plan statsu", STRANGER),
    ):
        conversation.say(issue.number, text, author)
    edited = world.comment(repository, issue.number, "I like it.", author=STRANGER)
    world.edit_comment(repository, edited, "/plan start", author=STRANGER)
    conversation.stage.drain(patience=_PATIENCE)
    conversation.picture("1-issue", f"issues/{issue.number}")


def _on_pull_request(conversation: Conversation) -> PullRequest:
    template = repository_files()[".specify/templates/plan-template.md"]
    conversation.push({f"{FEATURE}/spec.md": page("spec.md"), f"{FEATURE}/plan.md": template})
    pull = conversation.stage.world.open_pull_request(
        conversation.repository, BRANCH, title="Error report", author=AUTHOR
    )
    conversation.stage.drain(patience=_PATIENCE)
    conversation.picture("2-unfilled", f"pull/{pull.number}")
    conversation.picture_run("2-unfilled-run", pull)
    silent = page("plan.md").replace("✅ PASS", " ")
    conversation.push({f"{FEATURE}/plan.md": silent, "src/reports.rs": "pub struct Report;\n"})
    conversation.picture("3-filled", f"pull/{pull.number}")
    conversation.picture_run("3-filled-run", pull)
    for text, author in (
        ("/plan stat", AUTHOR),
        ("/plan status", AUTHOR),
        ("/plan status", REVIEWER),
        ("/plan status", REVIEWER),
        ("/plan why unanswered-principle", STRANGER),
        ("/plan waive unjustified-violation it is only a demo", STRANGER),
        ("/plan\n/plan whoops", AUTHOR),
    ):
        conversation.say(pull.number, text, author)
    conversation.picture("4-talk", f"pull/{pull.number}")
    return pull


def _to_the_merge(conversation: Conversation, pull: PullRequest) -> None:
    plan = page("plan.md")
    conversation.push({f"{FEATURE}/plan.md": plan})
    conversation.picture_run("5-answered-run", pull)
    justified = plan.rstrip("\n") + "\n" + page("row.md")
    conversation.push({f"{FEATURE}/plan.md": justified})
    conversation.picture_run("6-justified-run", pull)
    documents = {
        "data-model.md": page("data-model.md"),
        "contracts/reports.yaml": page("reports.yaml"),
        "tasks.md": page("tasks.md"),
    }
    files = {f"{FEATURE}/{name}": text for name, text in documents.items()}
    conversation.push({**files, "src/reports.rs": page("reports.rs")})
    conversation.say(pull.number, "/plan", AUTHOR)
    conversation.picture_run("7-complete-run", pull)
    conversation.stage.world.merge(pull, author=REVIEWER)
    conversation.stage.drain(patience=_PATIENCE)
    conversation.picture("8-merged", f"pull/{pull.number}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
