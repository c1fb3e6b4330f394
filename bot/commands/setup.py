"""`plangate setup`: register the App on GitHub in a browser, and store its credentials."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.adapters import credentials
from bot.core.forge.errors import UserError
from bot.core.hosting.registration import own_address, registration_options
from bot.core.text.neutral import plain_line
from bot.host import settings, setup
from bot.host.serving import configure_process

if TYPE_CHECKING:
    from bot.host.settings import Settings

_LINE = 2_000
"""Characters of a line: an address that is cut off is useless."""

EXAMPLES = (
    "plangate setup --url https://plangate.example.com",
    "plangate setup --url https://plangate.example.com --org acme --checks-only",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Prints a local address and serves the setup page there until the App is registered. The key and the webhook"
        " secret are stored in PLANGATE_DIRECTORY/app, readable only by you, and encrypted where PLANGATE_SECRET_KEY is"
        " set. An existing App is left as it is. Exit code 0: an App is registered; 1: the setup was interrupted."
    )
    parser.add_argument("--url", metavar="URL", help="the public address of your server (default: PLANGATE_URL)")
    parser.add_argument("--org", default="", metavar="NAME", help="the organization that owns the App (default: you)")
    parser.add_argument("--name", default="", metavar="NAME", help="the App's name (default: the name in app.yml)")
    permissions = parser.add_mutually_exclusive_group()
    permissions.add_argument(
        "--with-commits",
        action="store_true",
        help="also request `contents: write`, for /plan start and /plan commit",
    )
    permissions.add_argument(
        "--checks-only",
        action="store_true",
        help="request no right to comment: verdicts without comments and commands",
    )
    parser.add_argument("--port", type=_port, metavar="N", help="the port of the setup page (default: a free port)")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) < 65_536):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"a number from 1 to 65535, not {text[:20]!r}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Register the App and print the next steps."""
    server = settings.from_environment()
    secret_key = server.encryption_key()
    if secret_key is not None and credentials.encrypt(server.directory, secret_key):
        sys.stdout.write(f"Encrypted the credentials in {credentials.folder(server.directory)}.\n")
    if server.has_credentials:
        sys.stdout.write(_there_already(server))
        return 0
    address = own_address(options.url) if options.url else server.url
    if address is None:
        raise UserError("Name the public address of your server: plangate setup --url https://plangate.example.com")
    wanted = registration_options(
        options.name, options.org, commits=options.with_commits, checks_only=options.checks_only
    )
    # The dialogue is for a person: what goes wrong stands on the page.
    server = replace(server, log_level="error")
    configure_process(server)
    app = setup.register(server, address, wanted, options.port, _announce)
    if app is None:
        sys.stdout.write("Interrupted: no credentials were stored.\n")
        return 1
    place = credentials.folder(server.directory)
    sys.stdout.write(f"\n{plain_line(app.slug)} is registered (id {app.app_id}). Its credentials are in {place}.\n")
    sys.stdout.write("\nWhat comes next:\n")
    for number, (step, *lines) in enumerate(setup.next_steps(app, server, wanted), 1):
        sys.stdout.write(f"  {number}. {plain_line(step, _LINE)}\n")
        sys.stdout.write("".join(f"     {plain_line(line, _LINE)}\n" for line in lines))
    return 0


def _announce(link: str) -> None:
    sys.stdout.write(
        f"Open this address in your browser, and keep it secret:\n  {link}\nCtrl-C interrupts the setup.\n"
    )
    sys.stdout.flush()


def _there_already(server: Settings) -> str:
    name = f"{server.app_slug} (id {server.app_id})" if server.app_id is not None else "an App without an id"
    place = "the settings"
    if credentials.is_there(server.directory):
        place = str(credentials.folder(server.directory))
    return f"Nothing to do: {name} is set up already, in {place}. `plangate doctor` checks it.\n"
