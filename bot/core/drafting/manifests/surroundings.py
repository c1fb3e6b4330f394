"""Read platform, databases and test commands from Dockerfiles, compose files and CI workflows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.drafting.manifests.manifest import Evidence, Manifest

_FROM = re.compile(r"^\s*FROM\s+(?:--platform=\S{1,60}\s+)?([A-Za-z0-9._/:@-]{1,120})", re.IGNORECASE)
_IMAGE = re.compile(r"^\s+image:\s*[\"']?(?:[a-z0-9.-]{1,80}/){0,3}([a-z0-9._-]{1,60})(?::([A-Za-z0-9._-]{1,40}))?")
_STEP = (
    ("cargo test", re.compile(r"\bcargo (?:test|nextest run)\b")),
    ("pytest", re.compile(r"\bpytest\b")),
    ("go test", re.compile(r"\bgo test\b")),
    ("dotnet test", re.compile(r"\bdotnet test\b")),
    ("flutter test", re.compile(r"\bflutter test\b")),
    ("swift test", re.compile(r"\bswift test\b")),
    ("mix test", re.compile(r"\bmix test\b")),
    ("sbt test", re.compile(r"\bsbt\b[^#]{0,80}\btest\b")),
    ("Vitest", re.compile(r"\bvitest\b")),
    ("Playwright", re.compile(r"\bplaywright test\b")),
    ("RSpec", re.compile(r"\brspec\b")),
    ("PHPUnit", re.compile(r"\bphpunit\b")),
)
_DATABASES = {
    "postgres": "PostgreSQL",
    "postgresql": "PostgreSQL",
    "pgvector": "PostgreSQL with pgvector",
    "timescaledb": "TimescaleDB",
    "postgis": "PostgreSQL with PostGIS",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "mongo": "MongoDB",
    "mongodb": "MongoDB",
    "redis": "Redis",
    "valkey": "Valkey",
    "neo4j": "Neo4j",
    "elasticsearch": "Elasticsearch",
    "opensearch": "OpenSearch",
    "clickhouse-server": "ClickHouse",
    "cassandra": "Cassandra",
    "minio": "MinIO",
    "qdrant": "Qdrant",
    "influxdb": "InfluxDB",
}
DRIVERS = {
    "psycopg": "PostgreSQL",
    "psycopg2": "PostgreSQL",
    "psycopg2-binary": "PostgreSQL",
    "asyncpg": "PostgreSQL",
    "pg": "PostgreSQL",
    "postgres": "PostgreSQL",
    "tokio-postgres": "PostgreSQL",
    "postgresql": "PostgreSQL",
    "npgsql": "PostgreSQL",
    "npgsql.entityframeworkcore.postgresql": "PostgreSQL",
    "postgrex": "PostgreSQL",
    "github.com/jackc/pgx/v5": "PostgreSQL",
    "github.com/lib/pq": "PostgreSQL",
    "gorm.io/driver/postgres": "PostgreSQL",
    "mysql2": "MySQL",
    "mysqlclient": "MySQL",
    "pymysql": "MySQL",
    "mysql-connector-j": "MySQL",
    "mariadb-java-client": "MariaDB",
    "gorm.io/driver/mysql": "MySQL",
    "better-sqlite3": "SQLite",
    "sqlite3": "SQLite",
    "aiosqlite": "SQLite",
    "rusqlite": "SQLite",
    "sqflite": "SQLite",
    "gorm.io/driver/sqlite": "SQLite",
    "modernc.org/sqlite": "SQLite",
    "microsoft.data.sqlite": "SQLite",
    "microsoft.entityframeworkcore.sqlite": "SQLite",
    "microsoft.entityframeworkcore.sqlserver": "SQL Server",
    "mongodb": "MongoDB",
    "mongoose": "MongoDB",
    "pymongo": "MongoDB",
    "motor": "MongoDB",
    "mongodb.driver": "MongoDB",
    "redis": "Redis",
    "ioredis": "Redis",
    "stackexchange.redis": "Redis",
    "@supabase/supabase-js": "Supabase",
    "dexie": "IndexedDB (Dexie)",
    "idb": "IndexedDB",
    "go.etcd.io/bbolt": "bbolt",
    "drift": "SQLite",
    "isar": "Isar",
    "hive": "Hive",
}
"""Database by the name of its driver, in lower case."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Platforms, databases and test tools of a project."""

    platforms: tuple[Evidence, ...] = ()
    storage: tuple[Evidence, ...] = ()
    testing: tuple[Evidence, ...] = ()


def read_dockerfile(source: Manifest) -> Surroundings:
    """Read a Dockerfile: the platform is Linux unless the last base image is a Windows one."""
    stages = source.all(_FROM)
    if not stages:
        return Surroundings()
    image, line = stages[-1][0][1], stages[-1][1]
    windows = "windows" in image or "nanoserver" in image
    return Surroundings(platforms=(source.here("Windows container" if windows else "Linux server (container)", line),))


def read_compose(source: Manifest) -> Surroundings:
    """Read the databases among the services of a compose file."""
    databases: dict[str, Evidence] = {}
    for match, line in source.all(_IMAGE):
        database = _DATABASES.get(match[1])
        if database:
            number = (match[2] or "").split(".")[0].split("-")[0].removeprefix("pg")
            shown = f"{database} {number}" if number.isdigit() and " " not in database else database
            databases.setdefault(database, source.here(shown, line))
    return Surroundings(storage=tuple(databases.values()))


def read_workflow(source: Manifest) -> Surroundings:
    """Read the test commands in the steps of a CI workflow."""
    tools: dict[str, Evidence] = {}
    for number, line in enumerate(source.lines[:5_000], start=1):
        command = line[:300].split(" #")[0]
        if command.lstrip().startswith(("#", "- name:", "name:", "uses:", "- uses:")):
            continue
        for tool, pattern in _STEP:
            if tool not in tools and pattern.search(command):
                tools[tool] = source.here(tool, number)
    return Surroundings(testing=tuple(tools.values()))
