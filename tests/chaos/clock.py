"""A clock that several processes share: it runs faster than the machine's, and jumps when the test says so."""

from __future__ import annotations

import mmap
import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FIELDS = struct.Struct("<ddd")
"""When it was set, by the machine's clock; what it said then; how fast it has run since."""


class SharedClock:
    """`core.ports.Clock` from a file that whoever has the path may read, and its maker sets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._map: mmap.mmap | None = None

    def __reduce__(self) -> tuple[type[SharedClock], tuple[Path]]:
        return SharedClock, (self.path,)  # a copy in another process maps the file anew

    def now(self) -> float:
        """Seconds since the epoch."""
        if self._map is None:
            with self.path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), _FIELDS.size, access=mmap.ACCESS_READ)
        moment, then, rate = _FIELDS.unpack_from(self._map)
        return float(then + (time.time() - moment) * rate)

    def set(self, moment: float, rate: float) -> None:
        """Say this now, and run so many times as fast as the machine's clock from here on."""
        if not self.path.exists():
            self.path.write_bytes(bytes(_FIELDS.size))
        with self.path.open("r+b") as file:
            file.write(_FIELDS.pack(time.time(), moment, rate))
