"""Record the slugs that the newest Spec Kit on the package index builds, for `tests/core/drafting/test_naming.py`.

    python -m tools.record_spec_kit_slugs

The titles are those of the recorded file. Downloads the wheel of `specify-cli` with pip, and runs its
`create-new-feature.sh --dry-run` in an empty repository, once a title.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RECORDED = Path(__file__).parent.parent / "tests" / "core" / "drafting" / "spec_kit_slugs.json"
_SCRIPTS = "specify_cli/core_pack/scripts/bash/"


def _unpacked_scripts(folder: Path) -> tuple[str, Path]:
    """Spec Kit's version, and the folder of its shell scripts."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), "specify-cli"]
    subprocess.run(pip, check=True)
    wheel = next(folder.glob("specify_cli-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith(_SCRIPTS)])
    return wheel.name.split("-")[1], folder / _SCRIPTS


def _slug(title: str, scripts: Path, repository: Path) -> str:
    script = [str(scripts / "create-new-feature.sh"), "--json", "--dry-run", "--number", "1", title]
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SPECKIT_PYTHON": sys.executable}
    done = subprocess.run(
        ["/bin/bash", *script], cwd=repository, env=environment, check=True, capture_output=True, text=True
    )
    branch: str = json.loads(done.stdout)["BRANCH_NAME"]
    return branch.removeprefix("001-")


def main() -> int:
    """Write the file anew."""
    titles = json.loads(RECORDED.read_text("utf-8"))["slugs"]
    with tempfile.TemporaryDirectory() as folder:
        version, scripts = _unpacked_scripts(Path(folder))
        repository = Path(folder) / "repository"
        (repository / ".specify").mkdir(parents=True)
        slugs = {title: _slug(title, scripts, repository) for title in titles}
    recorded = {"specify-cli": version, "slugs": slugs}
    RECORDED.write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
