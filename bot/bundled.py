"""The files that come with Plangate: the plan template of last resort and the host's `app.yml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_INSTALLED = _HERE / "_bundled"
"""Where a wheel has them; in a checkout they stand at the top level, where whoever hosts it edits them."""


def bundled(path: str) -> Path:
    """The file `app.yml`, or one in `config/`, wherever this was installed to."""
    return (_INSTALLED if _INSTALLED.is_dir() else _HERE.parent) / path


@lru_cache
def bundled_text(path: str) -> str:
    """The text of a bundled file."""
    return bundled(path).read_text(encoding="utf-8")
