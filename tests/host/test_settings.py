"""What the host sets is understood or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.forge.errors import UserError
from bot.host.settings import FROM_FILES, LEVELS, PAGES, Settings, read

EXAMPLE = Path(__file__).parents[2] / "config" / "server.env.example"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n"  # no key at all, only its shape


def test_the_example_names_every_setting_with_its_default() -> None:
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines)
    assert read(variables) == Settings()
    assert set(variables) == set(Settings().environment())
    for name, value in variables.items():
        assert value in {"", Settings().environment()[name]}


def test_nothing_set_is_all_defaults() -> None:
    assert read({}) == read(dict.fromkeys(Settings().environment(), "")) == Settings()


def test_every_setting_is_heard() -> None:
    given = read(
        {
            "PLANGATE_APP_ID": "4711",
            "PLANGATE_APP_SLUG": "gate-2",
            "PLANGATE_PRIVATE_KEY": PEM.replace("\n", "\\n"),
            "PLANGATE_PRIVATE_KEY_FILE": "/keys/app.pem",
            "PLANGATE_WEBHOOK_SECRET": "It's a Secret to Everybody",
            "PLANGATE_WEBHOOK_SECRET_PREVIOUS": "old",
            "PLANGATE_SECRET_KEY": "c2VjcmV0",
            "PLANGATE_SECRET_KEY_FILE": "/run/secrets/plangate",
            "PLANGATE_GITHUB_URL": "https://git.example.com/",
            "PLANGATE_DIRECTORY": "/srv/plangate",
            "PLANGATE_DATABASE_URL": "postgresql://u:p@db.example.com/plangate",
            "PLANGATE_HOST": "::",
            "PLANGATE_PORT": "81",
            "PLANGATE_WEB_THREADS": "2",
            "PLANGATE_WORKER_THREADS": "3",
            "PLANGATE_LOG_LEVEL": "debug",
            "PORT": "9",
            "HOME": "/root",
        }
    )
    assert given == Settings(
        app_id=4711,
        app_slug="gate-2",
        private_key=PEM,
        private_key_file=Path("/keys/app.pem"),
        webhook_secrets=("It's a Secret to Everybody", "old"),
        secret_key="c2VjcmV0",
        secret_key_file=Path("/run/secrets/plangate"),
        github_url="https://git.example.com",
        api_url="https://git.example.com/api/v3",
        directory=Path("/srv/plangate"),
        database_url="postgresql://u:p@db.example.com/plangate",
        host="::",
        port=81,
        web_threads=2,
        worker_threads=3,
        log_level="debug",
    )
    assert given.database == Path("/srv/plangate/plangate.db")


def test_a_platforms_own_port_serves_where_ours_is_not_set() -> None:
    assert read({"PORT": "5000"}).port == 5000


def test_the_api_can_stand_apart() -> None:
    assert read({"PLANGATE_API_URL": "http://127.0.0.1:5001/"}).api_url == "http://127.0.0.1:5001"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLANGATE_PORT", "http"),
        ("PLANGATE_PORT", "0"),
        ("PLANGATE_PORT", "65536"),
        ("PLANGATE_PORT", "８０８０"),
        ("PLANGATE_PORT", "9" * 5000),
        ("PORT", "-1"),
        ("PLANGATE_APP_ID", "1_000"),
        ("PLANGATE_APP_ID", "Iv1.abc"),
        ("PLANGATE_WORKER_THREADS", "0"),
        ("PLANGATE_WEB_THREADS", "1000"),
        ("PLANGATE_LOG_LEVEL", "loud"),
        ("PLANGATE_APP_SLUG", "two words"),
        ("PLANGATE_GITHUB_URL", "github.com"),
        ("PLANGATE_GITHUB_URL", "ftp://github.com"),
        ("PLANGATE_API_URL", "https://[::1"),
        ("PLANGATE_API_URL", "https://x/?y=1"),
        ("PLANGATE_HOST", "plangate.example.com"),
        ("PLANGATE_HOST", "[::1]"),
        ("PLANGATE_HOST", "fe80::1%eth0"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_what_would(name: str, value: str) -> None:
    with pytest.raises(UserError, match=rf"^{name} is .*: it must be .+\.$") as refused:
        read({name: value})
    assert len(str(refused.value)) < 250


def test_a_key_that_is_none_is_refused_without_being_shown() -> None:
    with pytest.raises(UserError, match="PLANGATE_PRIVATE_KEY is not a private key") as refused:
        read({"PLANGATE_PRIVATE_KEY": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_this_machine_by_its_name_is_its_address() -> None:
    assert read({"PLANGATE_HOST": "localhost"}).host == "127.0.0.1"


@pytest.mark.parametrize(
    "value",
    [
        "mysql://u:hunter2@h/x",
        "postgresql://u:hunter2@h",
        "hunter2",
        "postgres://[hunter2",
        "postgresql://u:hunter2@h:port/x",
        # What libpq would take for a host or a database, and errors would show:
        "postgresql://u:my@hunter2@h/x",
        "postgresql://u:my/hunter2@h/x",
        "postgresql://u:my@a/hunter2@h/x",
        "postgresql://u:my?hunter2@h/x",
        "postgresql://u:my#hunter2@h/x",
    ],
)
def test_a_database_that_is_none_is_refused_without_its_password(value: str) -> None:
    with pytest.raises(UserError, match="PLANGATE_DATABASE_URL must be an address such as postgresql://") as refused:
        read({"PLANGATE_DATABASE_URL": value})
    assert "hunter2" not in str(refused.value)


def test_a_misspelt_setting_is_refused_with_the_right_one() -> None:
    with pytest.raises(UserError, match=r"WEBHOK_SECRET is not a setting: did you mean PLANGATE_WEBHOOK_SECRET\?"):
        read({"PLANGATE_WEBHOK_SECRET": "x"})


class TestFiles:
    """Containers and systemd hand secrets over as files."""

    @pytest.mark.parametrize("name", FROM_FILES)
    def test_a_file_says_the_same_as_the_variable(self, name: str, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("postgresql://u:p@db/plangate\n")
        given = read({f"PLANGATE_{name}_FILE": str(file)})
        assert given == read({f"PLANGATE_{name}": "postgresql://u:p@db/plangate"}) != Settings()
        assert read(given.environment()) == given

    def test_the_variable_and_the_file_together_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="WEBHOOK_SECRET and PLANGATE_WEBHOOK_SECRET_FILE are both set"):
            read({"PLANGATE_WEBHOOK_SECRET": "hunter2", "PLANGATE_WEBHOOK_SECRET_FILE": str(tmp_path)})

    def test_a_file_that_cannot_be_read_is_one_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "binary").write_bytes(b"\xff")
        for path, why in ((tmp_path / "none", "No such file"), (tmp_path / "binary", "it is not text")):
            with pytest.raises(UserError, match=f"METRICS_TOKEN_FILE names '{path}', which cannot be read: {why}"):
                read({"PLANGATE_METRICS_TOKEN_FILE": str(path)})

    def test_no_other_setting_has_a_file(self) -> None:
        with pytest.raises(UserError, match="PLANGATE_PORT_FILE is not a setting"):
            read({"PLANGATE_PORT_FILE": "/x"})


class TestKey:
    def test_it_is_read_from_its_file(self, tmp_path: Path) -> None:
        (tmp_path / "app.pem").write_text(PEM)
        assert read({"PLANGATE_PRIVATE_KEY_FILE": str(tmp_path / "app.pem")}).pem() == PEM

    def test_the_text_comes_before_the_file(self) -> None:
        assert read({"PLANGATE_PRIVATE_KEY_FILE": "/nowhere", "PLANGATE_PRIVATE_KEY": PEM}).pem() == PEM

    def test_no_key_and_no_such_file_are_each_one_sentence(self) -> None:
        with pytest.raises(UserError, match="set PLANGATE_PRIVATE_KEY_FILE or PLANGATE_PRIVATE_KEY"):
            read({}).pem()
        with pytest.raises(
            UserError, match=r"PLANGATE_PRIVATE_KEY_FILE names '/nowhere/x\.pem', which cannot be read: No such file"
        ):
            read({"PLANGATE_PRIVATE_KEY_FILE": "/nowhere/x.pem"}).pem()


def test_what_must_not_be_logged_is_named() -> None:
    given = read({"PLANGATE_WEBHOOK_SECRET": "s1", "PLANGATE_PRIVATE_KEY": PEM})
    assert given.secrets() == ("s1", PEM)
    database = "postgresql://u:hunter2@h/x"
    assert read({"PLANGATE_DATABASE_URL": database}).secrets() == (database, "hunter2")
    escaped = "postgresql://u:hunter%402@h/x?password=also"
    assert read({"PLANGATE_DATABASE_URL": escaped}).secrets() == (escaped, "hunter%402", "hunter@2", "also")


@pytest.mark.parametrize(
    "value",
    [
        "postgres:///x",
        "postgresql://u:p%40%2F@h1:5432,h2:5433/x?target_session_attrs=read-write",
        "postgresql://u@[::1]:5432/x",
        "postgresql://u@/x?host=/run/postgresql",
    ],
)
def test_whatever_names_a_database_is_taken(value: str) -> None:
    assert read({"PLANGATE_DATABASE_URL": value}).database_url == value


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


@given(
    st.builds(
        Settings,
        app_id=st.none() | st.integers(1, 2**63 - 1),
        private_key=st.none() | st.just(PEM),
        private_key_file=st.none() | TEXT.map(Path),
        webhook_secrets=st.lists(TEXT, max_size=2).map(tuple),
        directory=TEXT.map(Path),
        port=st.integers(1, 65_535),
        web_threads=st.integers(1, 256),
        worker_threads=st.integers(1, 64),
        log_level=st.sampled_from(LEVELS),
        pages=st.sampled_from(PAGES),
        feedback_url=st.none() | st.just("https://git.example.com/acme/gate/issues/new"),
    )
)
def test_a_child_process_gets_the_same_settings(settings: Settings) -> None:
    assert read(settings.environment()) == settings
