"""The pictures of the README: a failing run and the run on its fix, from the sandbox, light and dark.

    python -m tools.docs.pictures

Chromium (Debian's package `chromium`) takes them. They are pictures of the sandbox's pages, not of github.com.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.demo.story import AUTHOR, BRANCH, FEATURE, OWNER, page, repository_files
from tests.stage import Stage

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository

PICTURES = Path(__file__).parents[2] / "docs/pictures"
THEMES = {"light": (), "dark": ("--blink-settings=preferredColorScheme=0", "--force-dark-mode")}
WIDTH = 1000
"""Pixels. The height follows from the content."""
FAILING, FIXED = 692, 606


def main() -> None:
    """Play the two steps of the demo's story, and take a picture of each run in both themes."""
    PICTURES.mkdir(exist_ok=True)
    plan = page("plan.md")
    justified = plan.rstrip("\n") + "\n" + page("row.md")
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        repository = stage.world.create_repository(OWNER, "support-server", repository_files(), author=AUTHOR)
        stage.install(repository)
        files = {f"{FEATURE}/spec.md": page("spec.md"), f"{FEATURE}/plan.md": plan}
        stage.world.push(repository, BRANCH, files, author=AUTHOR)
        pull = stage.world.open_pull_request(repository, BRANCH, title="Error report", author=AUTHOR)
        take(stage, repository, pull, "failing", FAILING)
        stage.world.push(repository, BRANCH, {f"{FEATURE}/plan.md": justified}, author=AUTHOR)
        take(stage, repository, pull, "fixed", FIXED)


def take(stage: Stage, repository: Repository, pull: PullRequest, name: str, height: int) -> None:
    """Take the pictures `name-light.png` and `name-dark.png` of the latest run."""
    stage.drain()
    run = stage.run(repository, pull.head_sha)
    address = f"{stage.world.url}/{repository.full_name}/runs/{run.id}"
    for theme, options in THEMES.items():
        picture = PICTURES / f"{name}-{theme}.png"
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options]
        command += [f"--window-size={WIDTH},{height}", f"--screenshot={picture}", address]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        print(f"{picture.name}: {run.title}")


if __name__ == "__main__":
    main()
