"""git over HTTP: `git http-backend` behind the sandbox's port, so that a real `git push` becomes deliveries."""

from __future__ import annotations

import base64
import re
import subprocess
from typing import TYPE_CHECKING

from bot.sandbox.acts import pushes
from bot.sandbox.credentials import Credential, Kind, allows, identify
from bot.sandbox.errors import ApiError
from bot.sandbox.git import ENVIRONMENT

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Repository

_PATH = re.compile(r"/([^/]+)/([^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)")


def wants(path: str) -> bool:
    """Whether a path belongs to git's protocol."""
    return _PATH.fullmatch(path) is not None and not path.startswith("/repos/")


def answer(handler: BaseHTTPRequestHandler, hub: Hub, path: str, query: str, body: bytes) -> None:
    """Answer one request of git's protocol; after a push, send what GitHub would send. An old name redirects."""
    match = _PATH.fullmatch(path)
    assert match is not None  # noqa: S101 -- narrows for the type checker
    owner, name, service = match.groups()
    push = service == "git-receive-pack" or "service=git-receive-pack" in query
    try:
        credential = _identify(hub, handler.headers.get("Authorization"))
        repository = _admit(credential, hub.state.repository(f"{owner}/{name}"), push=push)
        if service == "info/refs":
            _redirect(hub, repository, f"{owner}/{name}", query)
    except ApiError as error:
        _refuse(handler, error)
        return
    headers, data = _backend(handler, repository, service, query, body)
    if push and service == "git-receive-pack":
        with hub.lock:
            pushes.pushed(hub, repository, credential.actor or repository.owner)
    status = int(headers.pop("Status", "200").split()[0])
    handler.send_response(status)
    for key, value in headers.items():
        handler.send_header(key, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
    handler.wfile.flush()


def _identify(hub: Hub, header: str | None) -> Credential:
    """The credential of a git request: the API's tokens, or a person's name with any password."""
    if header and header.lower().startswith("basic "):
        login, _, password = base64.b64decode(header[6:]).decode().partition(":")
        if not password.startswith("ghs_") and login.lower() in hub.state.users:
            return Credential(Kind.USER, user=hub.state.users[login.lower()])
    return identify(hub.state, header)


def _admit(credential: Credential, repository: Repository | None, *, push: bool) -> Repository:
    if repository is None:
        raise ApiError(401 if credential.kind is Kind.NOBODY else 404, "Repository not found.")
    if credential.kind is Kind.NOBODY and (push or repository.private):
        raise ApiError(401, "Authentication required")
    if not credential.sees(repository):
        raise ApiError(404, "Repository not found.")
    if not push:
        return repository
    if credential.token is not None:
        allowed = credential.installed_on(repository) and allows(credential.token.permissions, "contents:write")
    else:
        allowed = credential.user is not None and repository.may_push(credential.user.login)
    if not allowed or repository.archived:
        login = credential.actor.login if credential.actor is not None else "nobody"
        raise ApiError(403, f"Permission to {repository.full_name}.git denied to {login}.")
    return repository


def _redirect(hub: Hub, repository: Repository, full_name: str, query: str) -> None:
    """Redirect git from an old name to the new one. Raises `ApiError` 301."""
    if full_name.lower() != repository.full_name.lower():
        where = f"{hub.url}/{repository.full_name}.git/info/refs?{query}"
        raise ApiError(301, "Moved Permanently", headers={"Location": where})


def _refuse(handler: BaseHTTPRequestHandler, error: ApiError) -> None:
    data = f"{error.message}\n".encode()
    handler.send_response(error.status)
    if error.status == 401:  # noqa: PLR2004 -- git asks for a password when it is told to
        handler.send_header("WWW-Authenticate", 'Basic realm="sandbox"')
    for key, value in error.headers.items():
        handler.send_header(key, value)
    handler.send_header("Content-Type", "text/plain")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
    handler.wfile.flush()


def _backend(
    handler: BaseHTTPRequestHandler, repository: Repository, service: str, query: str, body: bytes
) -> tuple[dict[str, str], bytes]:
    """Run git's own CGI program."""
    folder = repository.git.path
    environment = {
        **ENVIRONMENT,
        "GIT_PROJECT_ROOT": str(folder.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{folder.name}/{service}",
        "REQUEST_METHOD": handler.command,
        "QUERY_STRING": query,
        "CONTENT_TYPE": handler.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": handler.headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": handler.headers.get("Git-Protocol", ""),
        "REMOTE_USER": "sandbox",
        "REMOTE_ADDR": "127.0.0.1",
    }
    process = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
    head, _, data = process.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    return headers, data
