"""Who can read which repository, as GitHub says with the viewer's own token; remembered for some minutes."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.adapters.github.viewer import Account, TokenRefused
from bot.core.forge.errors import ForgeError, StorageError
from bot.log import Log
from bot.web.pages import ended, notice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.adapters.github.viewer import SeenByViewer
    from bot.web.login import Login
    from bot.web.sessions import Session

_REMEMBERED = 300.0
"""Seconds for which GitHub's answer is used again."""
_MOST = 1_000

UNKNOWN = "GitHub does not say at the moment who can see this repository. Try again in some minutes."
UNREADABLE = "The database cannot be read; see the log."

Answer = TypeVar("Answer")
Shown = TypeVar("Shown")

log = Log("web")


class Remembered(Generic[Answer]):
    """GitHub's answers by question, each for some minutes."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._answers: dict[tuple[object, ...], tuple[Answer, float]] = {}
        self._lock = threading.Lock()

    def get(self, question: tuple[object, ...], ask: Callable[[], Answer]) -> Answer:
        """The remembered answer, or a new one from `ask`."""
        with self._lock:
            held = self._answers.get(question)
        if held is not None and self._now() < held[1]:
            return held[0]
        answer = ask()
        with self._lock:
            self._answers.pop(question, None)
            self._answers[question] = (answer, self._now() + _REMEMBERED)
            while len(self._answers) > _MOST:
                del self._answers[next(iter(self._answers))]
        return answer

    def forget(self, first: object) -> None:
        """Forget the answers to all questions that begin with this."""
        with self._lock:
            self._answers = {question: kept for question, kept in self._answers.items() if question[0] != first}


@dataclass(slots=True)
class Readers:
    """Answers for everybody and for people who are logged in. Every method raises `ForgeError`."""

    ask_public: Callable[[str, int], bool]
    """Whether everybody can see the repository with this name and id now."""
    now: Callable[[], float]
    login: Login | None = None
    """None: nobody can log in, so only what is public is shown."""
    _public: Remembered[bool] = field(init=False)
    _seen: Remembered[SeenByViewer | None] = field(init=False)
    _listed: Remembered[Sequence[SeenByViewer] | None] = field(init=False)
    _owned: Remembered[bool] = field(init=False)
    _accounts: Remembered[Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._public, self._owned = Remembered(self.now), Remembered(self.now)
        self._seen, self._listed, self._accounts = Remembered(self.now), Remembered(self.now), Remembered(self.now)
        if self.login is not None:
            self.login.on_end.append(self.forget)

    def viewer(self) -> Session | None:
        """The person who sent the request; None for nobody."""
        return self.login.viewer() if self.login is not None else None

    def shown(self, find: Callable[[Session | None], Shown | None], base: str, hidden: str) -> Shown:
        """What `find` has for the viewer; else the request ends here.

        Where it has nothing, people who are logged in get 404 with the sentence `hidden`, and all others are sent to
        the login where there is one.
        """
        viewer = self.viewer()
        can_ask = self.login is not None and viewer is None
        try:
            found = find(viewer)
        except StorageError as error:
            log.fault("cannot read a page", error=str(error))
            raise ended(notice(UNREADABLE, HTTPStatus.SERVICE_UNAVAILABLE, base)) from None
        except TokenRefused:
            raise ended(self._login().ask(base)) from None
        except ForgeError as error:
            log.warning("visibility unknown", error=str(error))
            if not can_ask:
                raise ended(notice(UNKNOWN, HTTPStatus.SERVICE_UNAVAILABLE, base)) from None
            found = None
        if found is not None:
            return found
        raise ended(self._login().ask(base) if can_ask else notice(hidden, HTTPStatus.NOT_FOUND, base))

    def is_public(self, full_name: str, repository: int) -> bool:
        """Whether everybody can see the repository now."""
        return self._public.get((repository, full_name), lambda: self.ask_public(full_name, repository))

    def by_id(self, viewer: Session, repository: int) -> SeenByViewer | None:
        """The repository, if the viewer can read it. Raises `TokenRefused`."""
        github = self._login().github
        return self._seen.get((_mark(viewer), repository), lambda: github.by_id(repository, viewer.token))

    def by_name(self, viewer: Session, full_name: str) -> SeenByViewer | None:
        """The repository of that name, if the viewer can read it. Raises `TokenRefused`."""
        github, name = self._login().github, full_name.lower()
        return self._seen.get((_mark(viewer), name), lambda: github.by_name(full_name, viewer.token))

    def accounts(self, viewer: Session) -> Sequence[str]:
        """The accounts of which the viewer can read something. Raises `TokenRefused`."""
        github = self._login().github
        return self._accounts.get((_mark(viewer),), lambda: github.accounts(viewer.token))

    def readable(self, viewer: Session, owner: str) -> Sequence[SeenByViewer] | None:
        """The owner's repositories that the viewer can read; None for none. Raises `TokenRefused`."""
        github, name = self._login().github, owner.lower()
        return self._listed.get((_mark(viewer), name), lambda: github.readable(owner, viewer.token))

    def owns(self, viewer: Session, owner: str) -> bool:
        """Whether the viewer is that account, or an owner of that organization. Raises `TokenRefused`."""
        github, account = self._login().github, Account(viewer.account, viewer.login)
        return self._owned.get((_mark(viewer), owner.lower()), lambda: github.owns(owner, account, viewer.token))

    def documents(self, viewer: Session, repository: int, sha: str, paths: Sequence[str]) -> Mapping[str, str]:
        """The texts of documents at a commit, by path. They are not remembered. Raises `TokenRefused`."""
        seen = self.by_id(viewer, repository)
        return self._login().github.documents(seen.full_name, sha, paths, viewer.token) if seen is not None else {}

    def forget(self, viewer: Session) -> None:
        """Forget what GitHub said of a viewer who logs out."""
        for remembered in (self._seen, self._listed, self._owned, self._accounts):
            remembered.forget(_mark(viewer))

    def _login(self) -> Login:
        if self.login is None:
            raise AssertionError("Without a login nobody is logged in.")
        return self.login


def _mark(viewer: Session) -> str:
    """What stands for a viewer's token where answers are kept."""
    return hashlib.sha256(viewer.token.encode()).hexdigest()
