"""Every kind of GitHub by one setting, through a proxy or past it, and with a company's certificate authority."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.adapters.github.app import GitHubApp
from bot.adapters.github.bare import clock_ahead
from bot.adapters.github.repository import GitHubRepositories
from bot.core.forge.errors import ForgeError, UserError
from bot.core.forge.events import RepositoryRef
from bot.core.forge.facts import ReadRequest
from bot.core.forge.rights import ANSWER
from bot.host.settings import read
from bot.sandbox.kinds import Kind
from bot.sandbox.world import World
from tests.stage import WorldClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def talk(world: World) -> tuple[int, str | None, list[str]]:
    """Ask as the App, by GraphQL and by REST, with nothing but the address of the pages in the settings."""
    settings = read({"PLANGATE_GITHUB_URL": world.url})
    repository = world.create_repository("acme", "ferry", {"README.md": "#"})
    installation = world.install("acme", [repository])
    clock = WorldClock(world)
    app = GitHubApp(world.app.id, world.app.private_key, clock, settings.api_url)
    ref = RepositoryRef(id=repository.id, owner="acme", name="ferry", default_branch="main")
    forge = GitHubRepositories(app, clock).open(installation.id, ref, ANSWER)
    view = forge.read(ReadRequest(default_documents=("README.md",)))
    assert abs(clock_ahead(settings.api_url)) < 60
    return app.call("GET", "/app", "read the App")["id"], view.default_branch, list(forge.branches())


@pytest.mark.parametrize("kind", list(Kind))
def test_one_setting_leads_to_pages_and_api(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    with World(kind=kind) as world:
        if kind is Kind.RESIDENCY:
            monkeypatch.setenv("HTTP_PROXY", world.address)
        settings = read({"PLANGATE_GITHUB_URL": world.url})
        if kind is Kind.GITHUB:  # the sandbox of this kind is at an address of its own, so the API is named
            monkeypatch.setattr("bot.host.settings.api_address", lambda _: world.api)
        else:
            assert settings.api_url == world.api
        assert talk(world) == (world.app.id, "main", ["main"])


def test_a_proxy_is_used_for_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with World(kind=Kind.SERVER) as world:
        monkeypatch.setenv("HTTP_PROXY", NOWHERE)
        with pytest.raises(ForgeError):
            talk(world)


def test_no_proxy_is_used_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with World(kind=Kind.SERVER) as world:
        monkeypatch.setenv("HTTP_PROXY", NOWHERE)
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
        assert talk(world) == (world.app.id, "main", ["main"])


class Quiet(BaseHTTPRequestHandler):
    """Answers every request with an empty object."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server with a certificate that no system knows: its address, and the file of its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, private = tmp_path / "ca.pem", tmp_path / "key.pem"
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, private)
    with HTTPServer(("127.0.0.1", 0), Quiet) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}", authority
        server.shutdown()
        thread.join(10)


class TestCertificates:
    def test_a_companys_authority_is_trusted(self, company: tuple[str, Path], world: World) -> None:
        address, authority = company
        ca_file = read({"PLANGATE_CA_FILE": str(authority)}).ca_file
        app = GitHubApp(1, world.app.private_key, WorldClock(world), address, ca_file)
        assert app.call("GET", "/app", "read the App") == {}
        assert abs(clock_ahead(address, ca_file=ca_file)) < 60

    def test_without_it_nothing_is_said_to_the_server(self, company: tuple[str, Path], world: World) -> None:
        address, _ = company
        app = GitHubApp(1, world.app.private_key, WorldClock(world), address)
        with pytest.raises(ForgeError, match="SSLError"):
            app.call("GET", "/app", "read the App")
        with pytest.raises(ForgeError, match="does not answer"):
            clock_ahead(address)

    @pytest.mark.parametrize("text", [None, "", "nonsense", "-----BEGIN CERTIFICATE-----\nAA==\n"])
    def test_a_file_without_certificates_is_refused_in_a_sentence(
        self, tmp_path: Path, world: World, text: str | None
    ) -> None:
        file = tmp_path / "ca.pem"
        if text is not None:
            file.write_text(text)
        with pytest.raises(UserError, match=r"PLANGATE_CA_FILE names '.*ca.pem', which has no certificates"):
            GitHubApp(1, world.app.private_key, WorldClock(world), "https://git.example", file)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world
