"""The image and its composition: linted, few rights, no secret and no registry in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.bundled import bundled
from bot.commands import COMMANDS
from bot.host.settings import read
from tools.image import context, steps

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"
TOOLS = Path(sys.executable).parent
STEPS = steps(DOCKERFILE.read_text(encoding="utf-8"))


def arguments(instruction: str) -> list[str]:
    """What follows an instruction in the last stage."""
    last = max(number for number, (name, _) in enumerate(STEPS) if name == "FROM")
    return [text for name, text in STEPS[last:] if name == instruction]


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    linted = subprocess.run([TOOLS / "hadolint", DOCKERFILE], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_every_dependency_comes_by_its_hash_and_from_no_named_host() -> None:
    installs = [part for name, text in STEPS if name == "RUN" for part in text.split("&&") if " install " in part]
    pip = [part for part in installs if "pip" in part]
    assert len(pip) == 3
    for part in pip:
        assert "--require-hashes" in part or "--no-index --no-deps" in part
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert "://" not in re.sub(r"http://127\.0\.0\.1\S*", "", text)
    bases = {text.split()[0] for name, text in STEPS if name == "FROM"}
    assert bases == {"python:3.11-slim-bookworm"}, "a name without a host"


def test_the_server_runs_as_somebody_without_rights_and_is_watched() -> None:
    (user,), (volume,), (entrypoint,), (command,) = map(arguments, ("USER", "VOLUME", "ENTRYPOINT", "CMD"))
    assert re.fullmatch(r"([1-9]\d{3,}):\1", user)
    assert json.loads(entrypoint) == ["plangate"]
    assert json.loads(command)[0] in COMMANDS
    (variables,) = arguments("ENV")
    given = read(dict(re.findall(r"(PLANGATE_\w+)=(\S+)", variables)))
    assert str(given.directory) == volume
    assert (given.host, [str(given.port)]) == ("0.0.0.0", arguments("EXPOSE"))  # noqa: S104  in a container
    (health,) = arguments("HEALTHCHECK")
    assert f"http://127.0.0.1:{given.port}/healthz" in health


def test_the_build_sees_what_the_wheel_needs_and_nothing_else() -> None:
    needed = {"bot", "pyproject.toml", "README.md", "LICENSE", "requirements.txt", "requirements-build.txt"}
    shipped = {str(bundled(path).relative_to(ROOT)) for path in ("app.yml", "config", "docs/rules.md")}
    assert set(context()) == needed | shipped | {"docs/configuration.md"}
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1] == "*"


@pytest.fixture
def composed(tmp_path: Path) -> dict[str, Any]:
    """The composition as Docker Compose understands it."""
    for name in ("Dockerfile", "compose.yml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    variables = {"PLANGATE_APP_ID": "4711", "PLANGATE_URL": "https://plangate.example.com", "PATH": "/usr/bin:/bin"}
    command = [str(TOOLS / "docker-compose"), "--project-directory", str(tmp_path), "config", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=variables)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_compose_starts_the_database_then_the_schema_then_the_rest(composed: dict[str, Any]) -> None:
    services = composed["services"]
    assert set(services) == {"database", "migrate", "web", "worker"}
    waits = {
        name: {on: how["condition"] for on, how in s.get("depends_on", {}).items()} for name, s in services.items()
    }
    assert waits == {
        "database": {},
        "migrate": {"database": "service_healthy"},
        "web": {"migrate": "service_completed_successfully"},
        "worker": {"migrate": "service_completed_successfully"},
    }
    assert "pg_isready" in services["database"]["healthcheck"]["test"]


def test_no_container_can_write_outside_of_its_volumes_and_none_gains_rights(composed: dict[str, Any]) -> None:
    for name, service in composed["services"].items():
        assert service["read_only"], name
        assert service["tmpfs"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert name == "database" or service["cap_drop"] == ["ALL"]
    (port,) = composed["services"]["web"]["ports"]
    assert port["host_ip"] == "127.0.0.1"


def test_secrets_are_files_and_each_container_has_those_that_it_needs(composed: dict[str, Any]) -> None:
    needs = {name: {secret["source"] for secret in s.get("secrets", ())} for name, s in composed["services"].items()}
    assert needs == {
        "database": {"database_password"},
        "migrate": {"database_url"},
        "web": {"database_url", "webhook_secret"},
        "worker": {"database_url", "webhook_secret", "private_key"},
    }
    for name, service in composed["services"].items():
        for variable, text in service.get("environment", {}).items():
            assert not variable.endswith(("PASSWORD", "SECRET", "KEY", "DATABASE_URL", "TOKEN")), variable
            if variable.endswith("_FILE"):
                assert text.removeprefix("/run/secrets/") in needs[name]


def test_every_setting_of_a_container_is_one(composed: dict[str, Any], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("postgresql://plangate:p@database/plangate\n")
    for name in ("migrate", "web", "worker"):
        service = composed["services"][name]
        (command,) = service["command"]
        assert command in COMMANDS
        variables = service["environment"]
        given = read({key: str(secret) if key.endswith("_FILE") else text for key, text in variables.items()})
        assert given.database_url == secret.read_text().strip()
        assert given.app_id == (None if name == "migrate" else 4711)


def section(title: str) -> str:
    """The shell commands below a heading of the page for hosts."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    text = page.partition(f"### {title}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
    return "\n".join(re.findall(r"^```bash\n(.*?)^```", text, re.DOTALL | re.MULTILINE))


def test_the_commands_of_the_page_make_every_secret(tmp_path: Path, composed: dict[str, Any]) -> None:
    commands = section("In a container")
    commands = commands[commands.index("mkdir ") :]
    app, programs = tmp_path / "var/app", tmp_path / "programs"
    app.mkdir(parents=True)
    programs.mkdir()
    (app / "private-key.pem").write_text("-----BEGIN RSA PRIVATE KEY-----")
    (app / "webhook-secret").write_text("s")
    for name in ("docker", "sudo"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$PLANGATE_APP_ID" "$@" >> calls\n')
        (programs / name).chmod(0o755)
    path = {"PATH": f"{programs}:/usr/bin:/bin"}
    subprocess.run(["sh", "-euc", commands], cwd=tmp_path, check=True, env=path)
    files = {Path(secret["file"]).name for secret in composed["secrets"].values()}
    assert {file.name for file in (tmp_path / "secrets").iterdir()} == files
    password = (tmp_path / "secrets/database_password").read_text().strip()
    (user,) = arguments("USER")
    given = read({"PLANGATE_DATABASE_URL_FILE": str(tmp_path / "secrets/database_url")})
    assert given.database_url == f"postgresql://plangate:{password}@database/plangate"
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [f"sudo  chown -R {user} secrets", "docker 4711 compose up --detach"]


def test_the_command_that_starts_one_container_gives_what_the_image_needs() -> None:
    (command,) = re.findall(r"^docker run .*?[^\\]$", section("In a container"), re.DOTALL | re.MULTILINE)
    (volume,), (port,) = arguments("VOLUME"), arguments("EXPOSE")
    for option in (f"plangate:{volume}", f"127.0.0.1:{port}:{port}", "--read-only --tmpfs /tmp --cap-drop ALL"):
        assert option in command


def test_the_commands_that_install_the_unit_name_files_that_are_there() -> None:
    commands = section("Under systemd")
    for name in ("requirements.txt", "deploy/systemd/plangate.env", "deploy/systemd/plangate.service"):
        assert name in commands.split()
        assert (ROOT / name).is_file()
