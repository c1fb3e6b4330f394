"""Read Cargo.toml and rust-toolchain(.toml)."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from bot.core.drafting.manifests.manifest import (
    MAX_NAMES,
    Evidence,
    Manifest,
    Stack,
    at_least,
    is_name,
    joined,
    table,
    text_of,
    toml,
    version,
    words,
)

_STORES = {"postgres": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite"}
_CHANNEL = re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?|stable|beta|nightly(?:-[0-9-]{10})?")


def read_cargo(source: Manifest) -> Stack | None:
    """Read a crate or a workspace."""
    document = toml(source.text)
    package, workspace = table(document, "package"), table(document, "workspace")
    if not package and not workspace:
        return None
    shared = table(workspace, "package")
    rust = text_of(package.get("rust-version")) or text_of(shared.get("rust-version"))
    edition = text_of(package.get("edition")) or text_of(shared.get("edition"))
    if rust:
        language = source.known(joined("Rust", f"{version(rust)}+"), "rust-version")
    else:
        language = source.known(f"Rust (edition {edition})" if edition else "Rust", "edition" if edition else "")
    needed = {**table(document, "dependencies"), **table(workspace, "dependencies")}
    kinds: tuple[Evidence, ...] = ()
    if table(document, "lib"):
        kinds = (source.known("library", "[lib]"),)
    if "bin" in document:
        kinds = (source.known("command line", "[[bin]]"), *kinds)
    return Stack(
        source.path,
        language,
        tuple(
            source.known(_named(name, value), f"{name}")
            for name, value in islice(needed.items(), MAX_NAMES)
            if is_name(name)
        ),
        (source.known("cargo test"),),
        kinds,
        (*words(workspace.get("members")), *(["."] if package and workspace else [])),
        name=text_of(package.get("name")),
        storage=_storage(source, needed),
    )


def _storage(source: Manifest, needed: dict[str, Any]) -> tuple[Evidence, ...]:
    """The databases enabled by the features of a query library."""
    return tuple(
        source.known(store, library)
        for library in ("sqlx", "diesel", "sea-orm")
        for feature, store in _STORES.items()
        if any(feature in enabled for enabled in words(table(needed, library).get("features")))
    )


def _named(name: str, value: object) -> str:
    written = text_of(value) or text_of(table({"it": value}, "it").get("version"))
    return joined(name, version(written))


def read_toolchain(source: Manifest) -> Stack | None:
    """Read the pinned toolchain, which is more precise than a manifest."""
    channel = text_of(table(toml(source.text), "toolchain").get("channel")) or source.text.strip()[:40]
    if not _CHANNEL.fullmatch(channel):
        return None
    version_text = at_least(channel) if channel[0].isdigit() else channel
    return Stack(source.path, source.known(joined("Rust", version_text), channel), testing=())
