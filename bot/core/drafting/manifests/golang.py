"""Read go.mod."""

from __future__ import annotations

import re

from bot.core.drafting.manifests.manifest import Manifest, Stack, joined

_GO = re.compile(r"^go ([0-9]+\.[0-9]+)")
_MODULE = re.compile(r"^module\s+(\S{1,200})")
_REQUIRE = re.compile(r"^(?:require\s+|\s+)([a-z0-9.-]{1,80}\.[a-z]{2,10}/[A-Za-z0-9._/~-]{1,200}) v[0-9]")


def read_go_mod(source: Manifest) -> Stack | None:
    """Read a module. Indirect dependencies are left out."""
    module = source.find(_MODULE)
    if module is None:
        return None
    go = source.find(_GO)
    return Stack(
        source.path,
        source.known(joined("Go", go[1] if go else ""), go[0] if go else ""),
        tuple(source.here(match[1], line) for match, line in source.all(_REQUIRE) if "// indirect" not in match.string),
        (source.known("go test"),),
        name=module[1].rsplit("/", 1)[-1],
    )
