"""Git repositories as people have them, built for a test: branches, merges, squashed pull requests, a monorepo."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.stage import SPEC, SPEC_KIT, TEMPLATE, plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Files = dict[str, str | bytes]


def git(root: Path, *words: str, when: int = 1_700_000_000, feed: bytes | None = None) -> str:
    """Run git as Ada, at a time that the test chooses."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": f"{when} +0000",
        "GIT_COMMITTER_DATE": f"{when} +0000",
    }
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    done = subprocess.run(
        ["git", *identity, "-C", str(root), *words], input=feed, check=True, capture_output=True, env=environment
    )
    return done.stdout.decode("utf-8", "surrogateescape").strip()


@dataclass
class Original:
    """A repository with a working copy, whose clock goes on an hour with every commit."""

    root: Path
    clock: int = field(default=1_700_000_000)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True)
        git(self.root, "init", "--quiet", "--initial-branch", "main")

    def do(self, *words: str) -> str:
        """Any git command."""
        return git(self.root, *words, when=self.clock)

    def commit(self, files: Mapping[str, str | bytes], message: str = "Change") -> str:
        """Commit files on the branch that is checked out."""
        self.clock += 3600
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.do("add", "--all")
        self.do("commit", "--quiet", "--message", message)
        return self.do("rev-parse", "HEAD")

    def branch(self, name: str, files: Mapping[str, str | bytes], message: str = "Change", start: str = "main") -> str:
        """A branch with one commit; `main` is checked out afterwards."""
        self.do("switch", "--quiet", "--create", name, start)
        sha = self.commit(files, message)
        self.do("switch", "--quiet", "main")
        return sha

    def merge(self, name: str, number: int, title: str) -> str:
        """Merge as GitHub's button does, and delete the branch."""
        self.clock += 3600
        message = f"Merge pull request #{number} from ada/{name}\n\n{title}"
        self.do("merge", "--quiet", "--no-ff", "--message", message, name)
        self.do("branch", "--quiet", "--delete", "--force", name)
        return self.do("rev-parse", "HEAD")


def feature(folder: str, first: str = "PASS") -> Files:
    """A feature's spec and plan, with the verdict on the first principle."""
    return {f"{folder}/spec.md": SPEC, f"{folder}/plan.md": plan(first)}


def ferry(root: Path) -> Original:
    """Thirty open branches, three of them features under one number, and two features that were merged."""
    original = Original(root)
    original.commit({"README.md": "# Ferry\n", **SPEC_KIT}, "Begin")
    original.branch("001-search", feature("specs/001-search", "FAIL"), "Plan the search")
    original.merge("001-search", 1, "Search ferries")
    original.commit(feature("specs/002-tickets"), "Tickets (#2)")
    for name in ("003-map", "003-fares", "003-alerts"):
        original.branch(name, feature(f"specs/{name}"), f"Plan {name}")
    original.branch("001-again", feature("specs/001-again"), "Plan again")
    original.branch(
        "004-template", {"specs/004-template/spec.md": SPEC, "specs/004-template/plan.md": TEMPLATE}, "Specify"
    )
    for number in range(5, 30):
        name = f"{number:03d}-harbour"
        files = (
            feature(f"specs/{name}", "FAIL" if number % 5 == 0 else "PASS")
            if number > 12
            else {f"docs/{name}.md": "x\n"}
        )
        original.branch(name, files, f"Plan harbour {number}")
    return original


MONOREPO_CONFIG = 'plangate:\n  specs: ["apps/*/specs"]\n'
STRICT = """# Billing Constitution

## Core Principles

### I. Audit Trail (NON-NEGOTIABLE)

Every change of an amount is recorded.

## Governance

**Version**: 2.0.0 | **Ratified**: 2026-01-01
"""


def monorepo(root: Path) -> Original:
    """Two applications, each with a `.specify/` and a constitution of its own."""
    original = Original(root)
    shop = {f"apps/shop/{path}": text for path, text in SPEC_KIT.items()}
    billing = {f"apps/billing/{path}": text for path, text in SPEC_KIT.items()}
    billing["apps/billing/.specify/memory/constitution.md"] = STRICT
    original.commit({".github/app.yml": MONOREPO_CONFIG, **shop, **billing}, "Begin")
    original.branch("001-basket", feature("apps/shop/specs/001-basket"), "Plan the basket")
    audit = plan().replace(
        "| I. Library First | PASS | the index is a library |", "| I. Audit Trail (NON-NEGOTIABLE) | FAIL | later |"
    )
    audit = audit.replace("| II. Test First (NON-NEGOTIABLE) | PASS | tests come first |\n", "")
    original.branch(
        "001-invoices",
        {"apps/billing/specs/001-invoices/spec.md": SPEC, "apps/billing/specs/001-invoices/plan.md": audit},
        "Plan the invoices",
    )
    original.branch("tidy", {"apps/shop/main.py": "x = 1\n"}, "Tidy")
    return original


def fingerprint(root: Path) -> dict[str, tuple[int, int, int, str]]:
    """Every file and folder below: mode, time of the last change (nanoseconds), links, and what is in it."""
    hashes = {}
    for path in sorted([root, *root.rglob("*")]):
        facts = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        hashes[str(path)] = (facts.st_mode, facts.st_mtime_ns, facts.st_nlink, hashlib.sha256(content).hexdigest())
    return hashes
