"""Fetch GitHub's descriptions and write the pruned copies: `python -m tools.vendor`.

Fetches the pinned npm packages with `npm pack`, keeps the operations of the sandbox, removes the prose, and writes the
copies that the sandbox and its tests read. With `--check` it writes nothing and fails on drift. Needs npm and a
network; nothing at run time calls it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.vendor.descriptions import prune_answers, prune_examples, prune_requests, prune_webhooks
from tools.vendor.schema import prune_graphql

PACKAGES = {
    "openapi": "@octokit/openapi@23.0.2",
    "webhooks": "@octokit/openapi-webhooks@12.1.0",
    "examples": "@octokit/webhooks-examples@7.6.1",
    "graphql": "@octokit/graphql-schema@15.26.1",
}
ROOT = Path(__file__).parents[2]


def fetch(package: str, into: Path) -> Path:
    """Unpack an npm package; returns its folder. Raises `CalledProcessError` when npm cannot download it."""
    packed = subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, capture_output=True, text=True)
    archive = into / packed.stdout.strip().splitlines()[-1]
    folder = into / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def produce() -> dict[str, str]:
    """Every copy, by its path in the repository."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder)
        openapi = json.loads((fetch(PACKAGES["openapi"], into) / "generated/api.github.com.json").read_text())
        webhooks = json.loads((fetch(PACKAGES["webhooks"], into) / "generated/api.github.com.json").read_text())
        examples = json.loads((fetch(PACKAGES["examples"], into) / "api.github.com/index.json").read_text())
        sdl = (fetch(PACKAGES["graphql"], into) / "schema.graphql").read_text()
    return {
        "bot/sandbox/official/schema.graphql": prune_graphql(sdl),
        "bot/sandbox/official/requests.json": prune_requests(openapi),
        "tests/sandbox/official/answers.json": prune_answers(openapi),
        "tests/sandbox/official/webhooks.json": prune_webhooks(webhooks),
        "tests/sandbox/official/recorded.json": prune_examples(examples),
    }


def main() -> int:
    """Write the files, or with `--check` compare them. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file would change")
    check = parser.parse_args().check
    drift = [name for name, text in produce().items() if _differs(name, text, write=not check)]
    sys.stdout.write(f"{'differs' if check else 'written'}: {', '.join(drift) or 'nothing'}\n")
    return 1 if check and drift else 0


def _differs(name: str, text: str, *, write: bool) -> bool:
    path = ROOT / name
    if path.exists() and path.read_text() == text:
        return False
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return True


if __name__ == "__main__":
    sys.exit(main())
