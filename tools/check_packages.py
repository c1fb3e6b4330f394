"""Check what `make dist` built: `python -m tools.check_packages [FOLDER]`.

Wheel and sdist are each installed into a bare environment with the desk's lock, where they draft and judge a plan. The
bill of materials has to name what the server's lock pins, and the checksum of the extension has to be right.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_UV = str(Path(sys.executable).with_name("uv"))
_PIN = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([^ ;\\]+)", re.MULTILINE)
_SPEC = "# Feature Specification: Search\n\n**Feature Branch**: `001-search`\n"


class PackageError(Exception):
    """A package is missing or does not work."""


def pins(lock: Path) -> set[tuple[str, str]]:
    """Name and version of every package in a lock."""
    return set(_PIN.findall(lock.read_text(encoding="utf-8")))


def single(folder: Path, pattern: str) -> Path:
    """The one file with such a name. Raises `PackageError`."""
    files = sorted(folder.glob(pattern))
    if len(files) != 1:
        raise PackageError(f"{folder}/{pattern}: 1 file is expected, not {len(files)}.")
    return files[0]


def run(*command: str | Path, exit_code: int = 0, cwd: Path | None = None) -> str:
    """What a command printed. Raises `PackageError` when it ends with another exit code."""
    variables = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "PLANGATE_"))}
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd, env=variables)
    if done.returncode != exit_code:
        raise PackageError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_installed(package: Path, folder: Path) -> str:
    """Install a package into a new environment in the folder, judge a plan there, and return the version."""
    environment, project = folder / "environment", folder / "project"
    install = (_UV, "pip", "install", "--quiet", "--python", environment)
    run(_UV, "venv", "--quiet", "--python", sys.executable, environment)
    run(*install, "--require-hashes", "--requirement", ROOT / "requirements-desk.txt")
    run(*install, "--no-deps", "--build-constraints", ROOT / "requirements-build.txt", package)
    plangate = environment / "bin" / "plangate"
    feature = project / "specs" / "001-search"
    feature.mkdir(parents=True)
    (feature / "spec.md").write_text(_SPEC, encoding="utf-8")
    # The draft is made from the bundled template: a package without its files fails here.
    run(plangate, "draft", "--feature", "specs/001-search", "--write", cwd=project)
    # Open questions block a feature that has tasks.
    (feature / "tasks.md").write_text("# Tasks\n\n- [ ] T001 Write the search\n", encoding="utf-8")
    verdict = run(plangate, "check", "--all", "--format", "concise", cwd=project, exit_code=1)
    if "error unresolved-clarification" not in verdict:
        raise PackageError(f"{package.name}: `plangate check` missed the open questions of a draft:\n{verdict}")
    return run(plangate, "--version").strip()


def check_bill(bill: Path, lock: Path) -> int:
    """Compare the bill of materials (CycloneDX) with the lock, and return how many components both have."""
    document = json.loads(bill.read_text(encoding="utf-8"))
    components = {(component["name"], component["version"]) for component in document["components"]}
    if difference := components ^ pins(lock):
        raise PackageError(f"{bill.name} and {lock.name} differ in {sorted(difference)}.")
    return len(components)


def check_digest(checksum: Path) -> None:
    """Compare the file that a checksum names with it, as `sha256sum --check` does."""
    digest, name = checksum.read_text(encoding="ascii").split()
    if hashlib.sha256((checksum.parent / name).read_bytes()).hexdigest() != digest:
        raise PackageError(f"{checksum.name} has another digest than {name}.")


def check(folder: Path) -> None:
    """Check every package in a folder, and print a line for each. Raises `PackageError`."""
    for pattern in ("*.whl", "*.tar.gz"):
        package = single(folder, pattern)
        with tempfile.TemporaryDirectory() as scratch:
            print(f"{package.name}: {check_installed(package, Path(scratch))} works in a bare environment")
    bill = single(folder, "*.cdx.json")
    print(f"{bill.name}: {check_bill(bill, ROOT / 'requirements.txt')} components, as in the lock")
    checksum = single(folder, "*.zip.sha256")
    check_digest(checksum)
    print(f"{checksum.name}: as the file")


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
    except PackageError as error:
        sys.exit(str(error))
