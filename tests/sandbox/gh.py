"""A `gh` on the path of a shell: `gh api --method POST PATH --input -` as one person, against a sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.world import World

_PROGRAM = """#!{python}
import argparse, sys, urllib.error, urllib.request
parser = argparse.ArgumentParser()
parser.add_argument("command", choices=["api"])
parser.add_argument("path")
parser.add_argument("--method", required=True)
parser.add_argument("--hostname")
parser.add_argument("--input", required=True, choices=["-"])
given = parser.parse_args()
headers = {{"Authorization": "Bearer {token}", "Content-Type": "application/json", "User-Agent": "gh"}}
body = sys.stdin.buffer.read()
request = urllib.request.Request("{api}/" + given.path, data=body, headers=headers, method=given.method)
try:
    print(urllib.request.urlopen(request, timeout=30).read().decode())
except urllib.error.HTTPError as refused:
    sys.exit(refused.read().decode())
"""


def in_shell(folder: Path, world: World, login: str, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of our documentation in a shell whose `gh` is signed in to the sandbox as a person."""
    program = folder / "gh"
    program.write_text(_PROGRAM.format(python=sys.executable, token=world.user_token(login), api=world.api))
    program.chmod(0o755)
    variables = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-c", command], env=variables, capture_output=True, text=True, timeout=60, check=False
    )
