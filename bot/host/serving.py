"""What every server process needs: log, signals, a free port, and the HTTP server."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from bot import log
from bot.core.forge.errors import UserError
from bot.host.settings import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.host.settings import Settings
    from bot.web.bridge import Bridge


def configure_process(settings: Settings) -> None:
    """Configure the log and the signals of a process. Every server process calls this first."""
    log.configure(settings.log_level, hidden=settings.secrets())
    # A closed connection is an error of one call, not the end of the process.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def refuse_port_in_use(host: str, port: int) -> None:
    """Check that the port is free, because the server would silently share it. Raises `UserError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UserError(
                f"Cannot listen on {host}:{port}: {error.strerror}. "
                f"Choose another address with {PREFIX}HOST and {PREFIX}PORT."
            ) from None


def is_listening(host: str, port: int) -> bool:
    """Whether a server of this machine accepts connections at this address."""
    try:
        with socket.create_connection(({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port), timeout=1):  # noqa: S104
            return True
    except OSError:
        return False


def listen(host: str, port: int, load: Callable[[], Bridge]) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C. `load` runs in a child process, and again if that process dies."""
    # Imported here, because the worker and the commands need no HTTP server.
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415

    server = Granian(
        "bot.web",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=1,
        websockets=False,
        respawn_failed_workers=True,
        log_enabled=False,
    )
    server.serve(target_loader=load, wrap_loader=False)
