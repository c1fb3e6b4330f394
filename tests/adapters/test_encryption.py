"""Credentials at rest: encrypted where the host has set a key, plain files of their owner elsewhere."""

from __future__ import annotations

import base64
import os
import stat
from typing import TYPE_CHECKING

import pytest

from bot.adapters import credentials
from bot.adapters.encryption import SecretKey, is_encrypted, parse_key, plain_text
from bot.cli import main
from bot.core.forge.errors import UserError
from bot.host import settings
from bot.host.doctor import _at_rest
from tests.adapters.test_credentials import KEY, SECRET, app

if TYPE_CHECKING:
    from pathlib import Path

TEXT = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def key() -> SecretKey:
    return parse_key(TEXT, "PLANGATE_SECRET_KEY")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a server whose settings are in this process's environment."""
    for name in [name for name in os.environ if name.startswith("PLANGATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PLANGATE_DIRECTORY", str(tmp_path / "var"))
    return tmp_path / "var"


def files(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in credentials.folder(directory).iterdir()}


def test_with_a_key_neither_secret_is_on_the_disk_and_both_can_be_used(
    server: Path, key: SecretKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.keep(server, app(), key)
    stored = files(server)
    assert sorted(stored) == ["app.json", "private-key.pem", "webhook-secret"]
    assert all(SECRET.encode() not in content and b"PRIVATE KEY" not in content for content in stored.values())
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in credentials.folder(server).iterdir())
    monkeypatch.setenv("PLANGATE_SECRET_KEY", TEXT)
    ours = settings.from_environment()
    assert (ours.app_id, ours.webhook_secrets, ours.pem()) == (4711, (SECRET,), KEY)
    assert TEXT in ours.secrets(), "no log line shows it"


def test_the_key_may_be_in_a_mounted_file(server: Path, key: SecretKey, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials.keep(server, app(), key)
    mounted = server.parent / "secret"
    mounted.write_text(f"{TEXT}\n")
    monkeypatch.setenv("PLANGATE_SECRET_KEY_FILE", str(mounted))
    assert settings.from_environment().webhook_secrets == (SECRET,)


def test_a_key_beside_what_it_encrypts_is_refused(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.mkdir()
    (server / "secret").write_text(TEXT)
    monkeypatch.setenv("PLANGATE_SECRET_KEY_FILE", str(server / "secret"))
    with pytest.raises(UserError, match="PLANGATE_SECRET_KEY_FILE must be outside of"):
        settings.from_environment()


@pytest.mark.parametrize("text", ["", "x", "hunter2", TEXT[:-4], TEXT + TEXT, "ä" * 44])
def test_what_is_no_key_is_one_sentence_without_it(text: str) -> None:
    with pytest.raises(UserError, match=r"^PLANGATE_SECRET_KEY must be 32 random bytes in base64: ") as refused:
        parse_key(text, "PLANGATE_SECRET_KEY")
    assert not text or text not in str(refused.value) or len(text) == 1


def test_without_the_key_or_with_another_it_says_what_to_set(
    server: Path, key: SecretKey, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    credentials.keep(server, app(), key)
    for command in (["deliveries", "list"], ["setup"], ["worker"]):
        assert main(command) == 2
        assert capsys.readouterr().err == (
            "plangate: webhook-secret is encrypted: set PLANGATE_SECRET_KEY, or PLANGATE_SECRET_KEY_FILE.\n"
        )
    monkeypatch.setenv("PLANGATE_SECRET_KEY", base64.b64encode(b"1" * 32).decode())
    assert main(["web"]) == 2
    assert capsys.readouterr().err == (
        "plangate: webhook-secret was encrypted with another key, or changed: check PLANGATE_SECRET_KEY, or restore the"
        " file from a backup.\n"
    )


@pytest.mark.parametrize("at", [0, 25, -1])
def test_a_changed_file_is_not_believed(key: SecretKey, at: int) -> None:
    content = bytearray(key.encrypt(SECRET, "webhook-secret"))
    content[at] ^= 1
    if is_encrypted(bytes(content)):
        with pytest.raises(UserError, match="or changed"):
            plain_text(bytes(content), "webhook-secret", key)
    with pytest.raises(ValueError, match="another key"):
        key.decrypt(key.encrypt(SECRET, "webhook-secret"), "private-key.pem")
    assert key.encrypt(SECRET, "x") != key.encrypt(SECRET, "x"), "no nonce comes twice"
    assert SECRET not in repr(key)


def test_setup_encrypts_what_is_stored_already_and_the_doctor_says_which_it_is(
    server: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    credentials.keep(server, app())
    (check,) = _at_rest(settings.from_environment())
    assert (check.level, check.name) == ("ok", "encryption")
    assert "plain files" in str(check)
    monkeypatch.setenv("PLANGATE_SECRET_KEY", TEXT)
    (check,) = _at_rest(settings.from_environment())
    assert (check.level, check.remedy) == ("warning", "Run `plangate setup`.")
    assert main(["setup"]) == 0
    assert capsys.readouterr().out.startswith(f"Encrypted the credentials in {server}/app.\nNothing to do: ")
    assert all(SECRET.encode() not in content and b"PRIVATE KEY" not in content for content in files(server).values())
    assert sorted(files(server)) == ["app.json", "private-key.pem", "webhook-secret"]
    (check,) = _at_rest(settings.from_environment())
    assert (check.level, "encrypted at rest" in str(check)) == ("ok", True)
    assert settings.from_environment().pem() == KEY
    assert main(["setup"]) == 0
    assert capsys.readouterr().out.startswith("Nothing to do: ")
