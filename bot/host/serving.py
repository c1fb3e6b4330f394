"""A server process of ours: its log, its address, and HTTP until it is told to stop."""

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


def begin(settings: Settings) -> None:
    """What every process of ours does first."""
    log.configure(settings.log_level, hidden=settings.secrets())
    # A peer that hangs up is an error of one call, not the end of the process.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def refuse_taken(host: str, port: int) -> None:
    """The server would share a port with another one without a word. Raises `UserError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UserError(
                f"{host}:{port} cannot be listened on: {error.strerror}. "
                f"Choose another one with {PREFIX}HOST and {PREFIX}PORT."
            ) from None


def listen(host: str, port: int, load: Callable[[], Bridge]) -> None:
    """Answer until SIGTERM or Ctrl-C. `load` is called in a process of its own, and again if that dies."""
    # Imported here: the worker and the commands have no use for a server.
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
