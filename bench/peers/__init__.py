"""Receivers of other projects, measured beside ours where `make bench-peers` installed them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
INSTALLED = Path(".bench")
"""What `make bench-peers` installs, relative to the repository's root."""
_PYTHON = INSTALLED / "python" / "bin" / "python"
_PROBOT = INSTALLED / "node" / "probot_server.mjs"
_STUB = INSTALLED / "node" / "stub_github.mjs"


@dataclass(frozen=True, slots=True)
class Peer:
    """A receiver that answers before anything is on disk: what it accepted is lost with its process."""

    name: str
    command: Sequence[str]
    """The command without its port, which comes next, and the secret, which comes last."""


def installed_peers(stub_port: int) -> list[Peer]:
    """The receivers that are installed. The naive Probot sends its calls to `start_stub(stub_port)`."""
    peers = []
    if _PYTHON.exists():
        peers.append(Peer("gidgethub on aiohttp, nothing stored", [str(_PYTHON), str(HERE / "gidgethub_server.py")]))
    if _PROBOT.exists():
        node = ["node", str(_PROBOT)]
        peers += [
            Peer("Probot with an empty handler, nothing stored", [*node, "empty", "0"]),
            Peer(
                "Probot with a naive job: three calls without latency, nothing stored", [*node, "naive", f"{stub_port}"]
            ),
        ]
    return peers


def missing_peers() -> list[str]:
    """The names of those that are not installed."""
    missing = {"gidgethub": _PYTHON, "Probot": _PROBOT}
    return [name for name, path in missing.items() if not path.exists()]


def start_stub(port: int) -> subprocess.Popen[bytes] | None:
    """Start a GitHub that answers every call at once with `{}`; None without node."""
    return subprocess.Popen(["node", str(_STUB), str(port)]) if _STUB.exists() else None
