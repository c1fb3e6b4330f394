"""`plangate setup`: register the App at GitHub, in the browser, and keep its credentials."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bot.adapters import credentials
from bot.core.forge.errors import UserError
from bot.core.hosting.registration import own_address, registration_options
from bot.core.text.neutral import plain_line
from bot.host import settings, setup
from bot.host.serving import begin

if TYPE_CHECKING:
    from bot.host.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.epilog = (
        "It prints an address of this machine and serves the page there until the App is registered. The key and the"
        " webhook secret go to PLANGATE_DIRECTORY/app, readable by you alone. Where there is an App it changes nothing."
        " Exits with 0 when there is one in the end, 1 when it was broken off."
    )
    parser.add_argument("--url", metavar="URL", help="where GitHub reaches your server (default: PLANGATE_URL)")
    parser.add_argument("--org", default="", metavar="NAME", help="the organization that owns the App (default: you)")
    parser.add_argument("--name", default="", metavar="NAME", help="its name (default: the one in app.yml)")
    parser.add_argument(
        "--with-commits",
        action="store_true",
        help="ask for `contents: write` as well, for /plan start and /plan commit",
    )
    parser.add_argument("--port", type=_port, metavar="N", help="of the page on this machine (default: a free one)")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) < 65_536):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"a number from 1 to 65535, not {text[:20]!r}")
    return int(text)


def run(given: argparse.Namespace) -> int:
    """Register, and say what comes next."""
    server = settings.from_environment()
    if server.has_credentials:
        sys.stdout.write(_there_already(server))
        return 0
    address = own_address(given.url) if given.url else server.url
    if address is None:
        raise UserError("Say where GitHub will reach your server: plangate setup --url https://plangate.example.com")
    wanted = registration_options(given.name, given.org, commits=given.with_commits)
    begin(server)
    kept = setup.register(server, address, wanted, given.port, _announce)
    if kept is None:
        sys.stdout.write("Broken off: nothing is kept here.\n")
        return 1
    place = credentials.folder(server.directory)
    sys.stdout.write(f"{plain_line(kept.slug)} is registered (id {kept.app_id}). Its credentials are in {place}.\n")
    sys.stdout.write("".join(f"{plain_line(line)}\n" for line in setup.next_steps(kept, server)))
    return 0


def _announce(link: str) -> None:
    sys.stdout.write(f"Open this address in your browser, and give it to nobody:\n  {link}\nCtrl-C breaks it off.\n")
    sys.stdout.flush()


def _there_already(server: Settings) -> str:
    name = f"{server.app_slug} (id {server.app_id})" if server.app_id is not None else "an App without an id"
    place = "the settings"
    if credentials.is_there(server.directory):
        place = str(credentials.folder(server.directory))
    return f"Nothing to do: {name} is set up already, in {place}. `plangate doctor` looks whether it is in order.\n"
