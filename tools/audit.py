"""Audit the locked dependencies for known vulnerabilities with pip-audit.

`python -m tools.audit [LOCK]` exits with 1 when a dependency has a known vulnerability. An index without data on
vulnerabilities is no failure: the output then says which dependencies could not be audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PIP_AUDIT = "pip-audit==2.10.1"
LOCK = Path("requirements.txt")


def summary(dependencies: Sequence[dict[str, Any]]) -> tuple[list[str], bool]:
    """The lines to print for pip-audit's result, and whether a dependency is vulnerable."""
    audited = [dependency for dependency in dependencies if "vulns" in dependency]
    lines = [
        f"{dependency['name']} {dependency['version']}: {vulnerability['id']},"
        f" fixed in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for dependency in audited
        for vulnerability in dependency["vulns"]
    ]
    vulnerable = bool(lines)
    skipped = len(dependencies) - len(audited)
    if audited and not vulnerable:
        lines.append(f"{len(audited)} dependencies audited: none has a known vulnerability.")
    if skipped or not dependencies:
        lines.append(f"Skipped: the index has no data on vulnerabilities of {skipped or 'the'} dependencies.")
    return lines, vulnerable


def run(lock: Path) -> Sequence[dict[str, Any]]:
    """pip-audit's result for every dependency of a lock file; empty when pip-audit could not run."""
    tool = [str(Path(sys.executable).with_name("uv")), "tool", "run", "--quiet", "--from", PIP_AUDIT, "pip-audit"]
    options = ["--requirement", str(lock), "--disable-pip", "--require-hashes", "--format", "json"]
    audit = subprocess.run([*tool, *options], capture_output=True, text=True, check=False)
    try:
        dependencies: list[dict[str, Any]] = json.loads(audit.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stdout.write(audit.stderr)
        return []
    return dependencies


def main() -> int:
    """Audit the lock file and print the result."""
    lines, vulnerable = summary(run(Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(vulnerable)


if __name__ == "__main__":
    sys.exit(main())
