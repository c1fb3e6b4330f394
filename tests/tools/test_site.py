"""The documentation's site: every page is in it, every link of the repository leads somewhere, and faults are found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.docs.site_hooks import PAGES, linked, page_of, rewritten, shown
from tools.docs.site_links import mistakes

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
WHY = (ROOT / "docs/why.md").read_text(encoding="utf-8")


def test_every_page_is_in_the_navigation() -> None:
    named = re.findall(r"^ +- [^:]+: ([\w-]+\.md)$", CONFIGURATION, re.MULTILINE)
    written = {page.name for page in (ROOT / "docs").glob("*.md")}
    assert sorted(named) == sorted(written | set(PAGES.values()))


@pytest.mark.parametrize(
    ("name", "link", "leads_to"),
    [
        ("index.md", "[a](docs/rules.md#dead-link)", "[a](rules.md#dead-link)"),
        ("index.md", '<img src="docs/pictures/fixed-light.png">', '<img src="pictures/fixed-light.png">'),
        ("how-to.md", "[a](../README.md)", "[a](index.md)"),
        ("security.md", "[a](../tests/stage.py)", "[a](files/tests/stage.py.md)"),
        ("integrations.md", "[a](spec-kit/)", "[a](files/integrations/spec-kit.md)"),
        ("rules.md", "[a](https://example.com/docs/rules.md)", "[a](https://example.com/docs/rules.md)"),
        ("rules.md", "[a](#top)", "[a](#top)"),
    ],
)
def test_a_link_of_the_repository_leads_to_a_page_of_the_site(name: str, link: str, leads_to: str) -> None:
    assert rewritten(link, name) == leads_to


def test_a_linked_file_is_shown_whole_whatever_fences_it_has() -> None:
    paths = set(linked(["docs/security.md", "docs/operations.md"]))
    assert {"app.yml", "deploy/systemd/plangate.service", "deploy/monitoring"} <= paths
    assert page_of("app.yml") == "files/app.yml.md"
    assert "- `alerts.yml`\n" in shown("deploy/monitoring")
    text = shown("CONTRIBUTING.md")
    assert text.count("\n````\n") == 1


def test_a_link_that_leads_nowhere_and_a_foreign_host_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/index.html").write_text(
        '<h1 id="top">A</h1><a href="../#none">b</a><a href="https://x.example/">c</a>'
    )
    (tmp_path / "index.html").write_text(
        '<link rel="canonical" href="https://x.example/"><a href="a/#top">a</a><a href="gone/">b</a>'
        '<script src="https://x.example/x.js"></script><img src="//x.example/x.png">'
    )
    (tmp_path / "style.css").write_text("@import 'https://x.example/x.css';")
    assert sorted(mistakes(tmp_path.resolve())) == [
        "a/index.html: ../#none leads to no element of index.html",
        "index.html: gone/ leads nowhere",
        "index.html: loads //x.example/x.png from another host",
        "index.html: loads https://x.example/x.js from another host",
        "style.css: loads from another host",
    ]


def test_the_figures_of_the_comparison_are_those_that_were_measured() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    planted = re.search(r"violations planted by hand that block \| .* \| (\d+ of \d+) \|", readme)
    silent = re.search(r"planted and justified in place, silent \| .* \| (\d+) of (\d+) \|", readme)
    assert planted is not None
    assert silent is not None
    assert f"[{planted[1]} planted](accuracy.md)" in WHY
    assert f"it blocked {int(silent[2]) - int(silent[1])} of {silent[2]} that were justified in place" in WHY
    passing = re.search(r"^(\d+ of \d+) plans", (ROOT / "docs/accuracy.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert passing is not None
    assert f"({passing[1]})" in WHY
