"""A real browser without a screen: Chromium as Debian packages it, driven by Playwright.

    with chromium() as browser:
        page = browser.new_page()
        page.goto(address)
        look(page, "setup")

`PLANGATE_PICTURES=folder` keeps a picture of every page that a test looks at, in both themes and at phone width.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

WIDTHS = {"wide": 1100, "phone": 390}
"""Pixels."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_PATIENCE = 60_000
"""Milliseconds after which a page counts as lost."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. Skips the test where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright, which `make` installs")
    with playwright.sync_playwright() as running:
        # Its sandbox needs rights that a container lacks, and the pages are our own.
        browser = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, complaints: list[str]) -> Page:
    """A new window. What the browser complains about (scripts, styles, forms that a policy forbids) is collected."""
    page: Page = browser.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(_PATIENCE)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


def look(page: Page, name: str) -> None:
    """Look at the page in both themes and widths: nothing may be wider than the window."""
    folder = os.environ.get("PLANGATE_PICTURES")
    for size, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
                page.screenshot(path=f"{folder}/{name}-{size}-{theme}.png", full_page=True)
        widest = page.evaluate("document.documentElement.scrollWidth")
        assert widest <= width, f"{name} is {widest} pixels wide on a window of {width}"
    page.set_viewport_size({"width": WIDTHS["wide"], "height": 900})
    page.emulate_media(color_scheme="light")
