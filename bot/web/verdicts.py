"""The page of a verdict, for everybody who can see the repository: without a login, that is a public one.

    GET  /verdicts/REPOSITORY/HEAD/DIGEST               the page
    GET  /verdicts/REPOSITORY/HEAD/DIGEST/report.json   the JSON report
    POST /verdicts/REPOSITORY/HEAD/DIGEST/wrong         report a finding as a false alarm

A page that is gone, that never was, and one that the viewer may not see get the same answer.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flask import Response, abort, redirect, request
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from bot.core.forge.errors import ForgeError, StorageError
from bot.core.forge.verdict_page import decoded
from bot.log import Log
from bot.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask

    from bot.core.forge.ports import Store
    from bot.core.forge.verdict_page import FindingRow, Place, Quote, StoredPage, VerdictPage

GONE = (
    "This verdict is not here. Pages are kept for 30 days, and only while their repository is public."
    " The check run on GitHub stays as it is; press Re-run there for a new verdict with a new page."
)
UNKNOWN = "GitHub does not say at the moment whether this repository is public. Try again in some minutes."
_REMEMBERED = 300.0
"""Seconds for which GitHub's answer is used again."""
_MOST = 1_000
_CODE = re.compile(r"`([^`]+)`")
_LARGEST_ID = 2**63
_ADDRESS = "/verdicts/<int:repository>/<head>/<digest>"

log = Log("web")


@dataclass(slots=True)
class VerdictPages:
    """The pages of verdicts."""

    store: Store
    is_public: Callable[[str, int], bool]
    """Whether everybody can see the repository with this name and id now. Raises `ForgeError`."""
    feedback_url: str | None
    now: Callable[[], float]
    _seen: dict[int, tuple[bool, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def forms_to(self) -> str:
        """The origin that reports of false alarms lead to; empty where none are taken."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.feedback_url)) if self.feedback_url else ""

    def add_to(self, app: Flask, base: str) -> None:
        """Add the pages below `base`, the path of the public address."""
        for name, shown_as in FILTERS.items():
            app.add_template_filter(shown_as, name)

        @app.get(_ADDRESS)
        def verdict(repository: int, head: str, digest: str) -> Response:
            stored, shown = self._visible(repository, head, digest, base)
            before = self.store.verdict_page_before(stored, repository)
            earlier = _decoded(before)
            text = page(
                "verdict.html",
                base,
                verdict=shown,
                address=_address(base, repository, stored),
                before=_address(base, repository, before) if before is not None else None,
                difference=_difference(shown, earlier) if earlier is not None else None,
                takes_feedback=self.feedback_url is not None,
            )
            return _private(Response(text, content_type="text/html; charset=utf-8"))

        @app.get(f"{_ADDRESS}/report.json")
        def report(repository: int, head: str, digest: str) -> Response:
            _, shown = self._visible(repository, head, digest, base)
            return _private(Response(shown.report, content_type="application/json; charset=utf-8"))

        @app.get(f"{_ADDRESS}/wrong")
        def findings(repository: int, head: str, digest: str) -> Response:
            stored, _ = self._visible(repository, head, digest, base)
            return _redirect_to(f"{_address(base, repository, stored)}#findings")

        @app.post(f"{_ADDRESS}/wrong")
        def wrong(repository: int, head: str, digest: str) -> Response:
            _, shown = self._visible(repository, head, digest, base)
            finding = next((each for each in shown.findings if each.id == request.form.get("finding")), None)
            if finding is None or self.feedback_url is None:
                abort(HTTPStatus.NOT_FOUND)
            self.store.count_false_alarm(finding.rule)
            return _redirect_to(feedback_address(self.feedback_url, finding, shown.version))

    def _visible(self, repository: int, head: str, digest: str, base: str) -> tuple[StoredPage, VerdictPage]:
        """The page, if it is kept and everybody can see its repository. Else the request ends here."""
        message, status = GONE, HTTPStatus.NOT_FOUND
        try:
            stored = self.store.verdict_page(repository, head, digest) if repository < _LARGEST_ID else None
            seen, shown = self.store.repository(repository) if stored else None, _decoded(stored)
            if stored and shown and seen and self._is_public(f"{seen.owner}/{seen.name}", repository):
                return stored, shown
        except StorageError as error:
            log.fault("cannot read a verdict", error=str(error))
            message, status = "The database cannot be read; see the log.", HTTPStatus.SERVICE_UNAVAILABLE
        except ForgeError as error:
            log.warning("visibility unknown", error=str(error))
            message, status = UNKNOWN, HTTPStatus.SERVICE_UNAVAILABLE
        raise _ended_with(message, status, base)

    def _is_public(self, full_name: str, repository: int) -> bool:
        """GitHub's answer, remembered for some minutes."""
        with self._lock:
            public, until = self._seen.get(repository, (False, 0.0))
        if self.now() < until:
            return public
        public = self.is_public(full_name, repository)
        with self._lock:
            self._seen.pop(repository, None)
            self._seen[repository] = (public, self.now() + _REMEMBERED)
            while len(self._seen) > _MOST:
                del self._seen[next(iter(self._seen))]
        return public


def feedback_address(feedback_url: str, finding: FindingRow, version: str) -> str:
    """The form for a report of a false alarm, filled in with nothing that the repository says."""
    lines = [
        f"Rule: {finding.rule}",
        f"Severity: {finding.severity}",
        f"Plangate: {version}",
        f"The plan's statements: {', '.join(finding.kinds) or 'none'}",
        "",
        "What does the plan say, and why is the finding wrong?",
    ]
    return f"{feedback_url}?{urlencode({'title': f'False alarm: {finding.rule}', 'body': chr(10).join(lines)})}"


def _difference(present: VerdictPage, before: VerdictPage) -> tuple[tuple[FindingRow, ...], tuple[FindingRow, ...]]:
    """What is fixed since the verdict before, and what is new."""
    now, earlier = ({finding.id for finding in each.findings} for each in (present, before))
    fixed = tuple(finding for finding in before.findings if finding.id not in now)
    return fixed, tuple(finding for finding in present.findings if finding.id not in earlier)


def _with_code(text: str) -> Markup:
    """A sentence in which words in backticks are code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped in this line


def _placed(place: Place) -> Markup:
    """A place as a link to GitHub, or as text. Not a macro: a page may hold ten thousand places."""
    text = escape(place.text)
    shown = f'<a class="at" href="{escape(place.url)}">{text}</a>' if place.url else f'<span class="at">{text}</span>'
    return Markup(shown if place.text else "")  # noqa: S704  escaped above


def _quoted(quote: Quote) -> Markup:
    """A quotation with its place."""
    return Markup(f"<q>{escape(quote.text)}</q> {_placed(quote.place)}")  # noqa: S704  escaped in this line


FILTERS: Mapping[str, Callable[..., Markup]] = {"code": _with_code, "place": _placed, "quoted": _quoted}


def _address(base: str, repository: int, stored: StoredPage) -> str:
    return f"{base}/verdicts/{repository}/{stored.head_sha}/{stored.digest}"


def _redirect_to(address: str) -> Response:
    """A redirect to another page, which the browser then requests with GET."""
    response = redirect(address, HTTPStatus.SEE_OTHER, Response)
    assert isinstance(response, Response)  # noqa: S101  the requested class
    return response


def _ended_with(message: str, status: HTTPStatus, base: str) -> HTTPException:
    """The end of a request with a page that says why."""
    text = page("lost.html", base, message=message)
    return HTTPException(response=_private(Response(text, status, content_type="text/html; charset=utf-8")))


def _decoded(stored: StoredPage | None) -> VerdictPage | None:
    """The page; None for one that another version of Plangate wrote in another form."""
    try:
        return decoded(stored.page) if stored is not None else None
    except ValueError:
        return None


def _private(response: Response) -> Response:
    """Let no cache keep it, and no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
