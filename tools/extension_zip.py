"""Pack the extension for Spec Kit, with its SHA-256 beside it: `python -m tools.extension_zip [FOLDER]`.

The same files give the same bytes: names are sorted, and every file has the earliest time that a zip can hold.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

import yaml

SOURCE = Path(__file__).parent.parent / "integrations" / "spec-kit"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def pack(folder: Path) -> Path:
    """Write the zip and its checksum to a folder, and return the zip's path."""
    manifest = yaml.safe_load((SOURCE / "extension.yml").read_text(encoding="utf-8"))
    name = f"{manifest['extension']['id']}-spec-kit-{manifest['extension']['version']}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in SOURCE.rglob("*") if path.is_file()):
            member = zipfile.ZipInfo(file.relative_to(SOURCE).as_posix(), _EARLIEST)
            member.external_attr, member.compress_type = _MODE, zipfile.ZIP_DEFLATED
            archive.writestr(member, file.read_bytes())
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / f"{name}.sha256").write_text(f"{digest}  {name}\n", encoding="ascii")
    return folder / name


if __name__ == "__main__":
    sys.stdout.write(f"{pack(Path(sys.argv[1] if len(sys.argv) > 1 else 'dist'))}\n")
