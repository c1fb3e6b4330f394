"""Run tests of the rules, the core and the command line on every Python of this machine that Plangate supports.

    python -m tools.interpreters

It looks at the interpreters of pyenv and of uv, and names the versions that are missing. Exit code 1 when a test fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
TESTS = ("tests/rules/test_cases.py", "tests/core/features", "tests/core/yardstick", "tests/commands/test_manners.py")
_UV = str(Path(sys.executable).parent / "uv")
_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def interpreters() -> dict[str, Path]:
    """One interpreter that starts for each supported version."""
    candidates = sorted(Path.home().glob(".pyenv/versions/*/bin/python"))
    listing = [_UV, "python", "list", "--only-installed", "--output-format", "json"]
    listed = subprocess.run(listing, capture_output=True, text=True, check=False)
    candidates += [Path(found["path"]) for found in json.loads(listed.stdout or "[]") if found.get("path")]
    by_version: dict[str, Path] = {}
    for path in candidates:
        try:
            shown = subprocess.run([path, "-I", "-c", _VERSION], capture_output=True, text=True, check=True, timeout=20)
        except (OSError, subprocess.SubprocessError):
            continue
        if (version := shown.stdout.strip()) in SUPPORTED:
            by_version.setdefault(version, path)
    return by_version


def passes(python: Path, folder: Path) -> bool:
    """Whether the tests pass there, in an environment of their own."""
    subprocess.run([_UV, "venv", "--quiet", "--python", str(python), str(folder)], check=True)
    lock = str(ROOT / "requirements-dev.txt")
    subprocess.run(
        [_UV, "pip", "install", "--quiet", "--python", str(folder), "--require-hashes", "-r", lock], check=True
    )
    words = ["-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "-m", "not slow and not hypothesis"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    tests = subprocess.run([str(folder / "bin" / "python"), *words, *TESTS], cwd=ROOT, env=environment, check=False)
    return tests.returncode == 0


def main() -> int:
    """Test on each interpreter, and say which were there."""
    found, failed = interpreters(), []
    for version in sorted(found):
        if version == "{}.{}".format(*sys.version_info[:2]):
            print(f"Python {version}: the other tests run on it")
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            failed += [] if passes(found[version], Path(folder) / "venv") else [version]
        print(f"Python {version}: {'failed' if version in failed else 'passed'} in {time.monotonic() - began:.0f} s")
    missing = [version for version in SUPPORTED if version not in found]
    print(f"Not on this machine, so not tested: {', '.join(missing) or 'none'}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
