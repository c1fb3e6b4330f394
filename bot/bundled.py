"""The files that ship with Plangate: the default plan template, the host's `app.yml`, and the guide in `docs/`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_INSTALLED = _HERE / "_bundled"
"""Their folder in a wheel; in a checkout they stand at the top level, where the host edits them."""


def bundled(path: str) -> Path:
    """The path of `app.yml` or of a file in `config/` or `docs/`, in a wheel or in a checkout."""
    return (_INSTALLED if _INSTALLED.is_dir() else _HERE.parent) / path


@lru_cache
def bundled_text(path: str) -> str:
    """The text of a bundled file."""
    return bundled(path).read_text(encoding="utf-8")
