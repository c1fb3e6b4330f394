"""Count the features of a working copy while their documents are read, which is nearly all of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.features.which_features import FeatureChoice
    from bot.progress import Step

T = TypeVar("T")


class CountedFeatures:
    """A meter that reads every document, and tells of each feature when its first document is read."""

    def __init__(self, choice: FeatureChoice, step: Step) -> None:
        self._left = {folder.path: number for number, folder in enumerate(choice.folders)}
        self._total = len(self._left)
        self._step = step

    def read(self, path: str, parse: Callable[[], T]) -> T:
        """See `Meter.read`."""
        folder = path.rpartition("/")[0]
        if (done := self._left.pop(folder, None)) is not None:
            self._step(done, self._total, folder)
        return parse()
