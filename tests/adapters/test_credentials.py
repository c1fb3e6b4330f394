"""The App's credentials on disk: all of them or none, and their owner's alone."""

from __future__ import annotations

import base64
import multiprocessing
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from stat import S_IMODE
from typing import TYPE_CHECKING

import pytest

from bot.adapters import credentials
from bot.adapters.credentials import AlreadyRegistered
from bot.adapters.encryption import SecretKey
from bot.core.forge.errors import StorageError, UserError
from bot.core.hosting.registration import Registered
from bot.host.settings import Settings, read, with_registered
from tests.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "abc\n" * 400 + "-----END RSA PRIVATE KEY-----\n"


SECRET = "hush"


def app(number: int = 4711, secret: str | None = SECRET) -> Registered:
    return Registered(
        number, f"gate-{number}", f"https://github.com/apps/gate-{number}", "https://me.example", KEY, secret
    )


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond a thousand bytes, so the key's does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    credentials.keep(tmp_path / "var", app())
    kept = credentials.read(tmp_path / "var")
    assert kept is not None
    assert (kept.app_id, kept.slug, kept.webhook_secret) == (4711, "gate-4711", "hush")
    assert (kept.page, kept.address) == ("https://github.com/apps/gate-4711", "https://me.example")
    assert kept.key_file.read_text() == KEY
    assert "hush" not in repr(kept)


def test_the_client_secret_is_kept_as_the_key_is_and_lets_people_log_in(tmp_path: Path) -> None:
    credentials.keep(tmp_path / "var", replace(app(), client_id="Iv1", client_secret="also hush"), SecretKey(b"k" * 32))
    (tmp_path / "key").write_text(base64.b64encode(b"k" * 32).decode())
    assert b"also hush" not in (tmp_path / "var" / "app" / "client-secret").read_bytes()
    settings = with_registered(
        read({"PLANGATE_DIRECTORY": str(tmp_path / "var"), "PLANGATE_SECRET_KEY_FILE": str(tmp_path / "key")})
    )
    assert (settings.client_id, settings.login_secret()) == ("Iv1", "also hush")
    other = with_registered(replace(settings, client_id="Iv2", client_secret="set", client_secret_file=None))
    assert (other.client_id, other.login_secret()) == ("Iv2", "set")


def test_an_app_without_a_secret_is_kept_without_one(tmp_path: Path) -> None:
    credentials.keep(tmp_path, app(secret=None))
    kept = credentials.read(tmp_path)
    assert kept is not None
    assert kept.webhook_secret is None


def test_nobody_else_may_look(tmp_path: Path) -> None:
    credentials.keep(tmp_path / "var", app())
    folder = credentials.folder(tmp_path / "var")
    assert [S_IMODE(path.stat().st_mode) for path in (tmp_path / "var", folder)] == [0o700, 0o700]
    assert {S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_the_first_is_never_overwritten(tmp_path: Path) -> None:
    credentials.keep(tmp_path, app(1))
    with pytest.raises(AlreadyRegistered):
        credentials.keep(tmp_path, app(2))
    kept = credentials.read(tmp_path)
    assert kept is not None
    assert kept.app_id == 1
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_keeps_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot write the App's credentials .*: File too large"):
        credentials.keep(tmp_path / "var", app())
    with pytest.raises(StorageError):
        credentials.refuse_unwritable(tmp_path / "var")
    assert list((tmp_path / "var").iterdir()) == []
    assert credentials.read(tmp_path / "var") is None
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    credentials.keep(tmp_path / "var", app())
    assert credentials.read(tmp_path / "var") is not None


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(StorageError, match="cannot write the App's credentials"):
        credentials.keep(tmp_path / "var", app())
    with pytest.raises(StorageError, match="cannot write the App's credentials"):
        credentials.refuse_unwritable(tmp_path / "var")


def test_looking_whether_it_could_be_kept_leaves_nothing(tmp_path: Path) -> None:
    credentials.refuse_unwritable(tmp_path / "var")
    assert list((tmp_path / "var").iterdir()) == []


def _keep(folder: Path, number: int) -> str:
    try:
        credentials.keep(folder, app(number))
    except AlreadyRegistered:
        return "late"
    return "kept"


def test_of_several_processes_one_keeps_its_app_whole(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        outcomes = pool.starmap(_keep, [(tmp_path, number) for number in range(1, 13)], chunksize=1)
    assert sorted(outcomes) == ["kept"] + ["late"] * 11
    kept = credentials.read(tmp_path)
    assert kept is not None
    assert kept.slug == f"gate-{kept.app_id}"
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


KILLED = """
import os, signal, sys
from pathlib import Path
from bot.adapters import credentials
from tests.adapters.test_credentials import app
credentials._sync = lambda _: os.kill(os.getpid(), signal.SIGKILL)  # all is written, and nothing renamed
credentials.keep(Path(sys.argv[1]), app())
"""


@pytest.mark.parametrize("next_step", ["sweep", "refuse_unwritable", "keep"])
def test_what_a_killed_process_left_goes_with_the_next_step(tmp_path: Path, next_step: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert (left / "private-key.pem").read_text() == KEY
    if next_step == "keep":
        credentials.keep(tmp_path, app(2))
    else:
        {"sweep": credentials.sweep, "refuse_unwritable": credentials.refuse_unwritable}[next_step](tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == (["app"] if next_step == "keep" else [])


def test_what_somebody_is_writing_is_left_alone(tmp_path: Path) -> None:
    with credentials._draft(tmp_path) as draft:
        (draft / "app.json").write_text("{")
        credentials.sweep(tmp_path)
        credentials.refuse_unwritable(tmp_path)
        assert [path.name for path in draft.iterdir()] == ["app.json"]
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_folder_there_is_nothing_to_sweep(tmp_path: Path) -> None:
    credentials.sweep(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"id": "x"}', '{"id": 1}', "null"])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, damage: str) -> None:
    credentials.keep(tmp_path, app())
    (credentials.folder(tmp_path) / "app.json").write_text(damage)
    with pytest.raises(UserError, match=r"The App's credentials in .* cannot be read"):
        credentials.read(tmp_path)


class TestInTheSettings:
    @pytest.fixture(autouse=True)
    def _kept(self, tmp_path: Path) -> None:
        credentials.keep(tmp_path, app())

    def settings(self, folder: Path, **more: str) -> Settings:
        return with_registered(read({"PLANGATE_DIRECTORY": str(folder), **more}))

    def test_where_they_name_nothing_what_was_kept_counts(self, tmp_path: Path) -> None:
        found = self.settings(tmp_path)
        assert (found.app_id, found.app_slug, found.webhook_secrets) == (4711, "gate-4711", ("hush",))
        assert (found.url, found.pem()) == ("https://me.example", KEY)
        assert not found.is_first_start

    def test_what_they_name_comes_first(self, tmp_path: Path) -> None:
        found = self.settings(
            tmp_path,
            PLANGATE_WEBHOOK_SECRET="new",
            PLANGATE_WEBHOOK_SECRET_PREVIOUS="hush",
            PLANGATE_PRIVATE_KEY_FILE="/elsewhere.pem",
            PLANGATE_URL="https://other.example",
            PLANGATE_APP_SLUG="renamed",
        )
        assert (found.app_id, found.app_slug, found.webhook_secrets) == (4711, "renamed", ("new", "hush"))
        assert (found.url, str(found.private_key_file)) == ("https://other.example", "/elsewhere.pem")

    def test_of_another_app_nothing_is_taken(self, tmp_path: Path) -> None:
        found = self.settings(tmp_path, PLANGATE_APP_ID="9")
        assert (found.app_id, found.webhook_secrets, found.private_key_file) == (9, (), None)

    def test_a_child_process_gets_the_same(self, tmp_path: Path) -> None:
        found = self.settings(tmp_path)
        assert with_registered(read(found.environment())) == found


def test_without_anything_it_is_the_first_start_but_not_on_a_shared_database() -> None:
    assert Settings().is_first_start
    assert not Settings(database_url="postgresql://u@h/x").is_first_start
    assert not Settings(webhook_secrets=("s",)).is_first_start
    assert not Settings(app_id=1).is_first_start
