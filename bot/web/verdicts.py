"""The page of a verdict, for everybody who can see the repository.

    GET  /verdicts/REPOSITORY/HEAD                      the latest page on this commit
    GET  /verdicts/REPOSITORY/HEAD/DIGEST               the page
    GET  /verdicts/REPOSITORY/HEAD/DIGEST/report.json   the JSON report
    POST /verdicts/REPOSITORY/HEAD/DIGEST/wrong         report a finding as a false alarm

A page that is gone, that never was, and one that the viewer may not see get the same answer: people who are logged in
get 404; everybody else is sent to the login, or gets 404 where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flask import Response, abort, request

from bot.adapters.github.viewer import TokenRefused
from bot.core.forge.errors import ForgeError
from bot.core.forge.verdict_page import decoded, decoded_findings
from bot.log import Log
from bot.web.access import Access, opens
from bot.web.pages import page, private, redirect_to
from bot.web.verdict_rows import FILTERS, excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from markupsafe import Markup

    from bot.core.forge.ports import Store
    from bot.core.forge.verdict_page import FindingRow, StoredPage, VerdictPage
    from bot.web.readers import Readers
    from bot.web.sessions import Session

GONE = (
    "This verdict is not here. Pages are kept for 30 days, and only while their repository is public."
    " The check run on GitHub stays as it is; press Re-run there for a new verdict with a new page."
)
GONE_OR_HIDDEN = (
    "This page is not here, or you cannot read its repository on GitHub. An organization with single sign-on shows it"
    " only while you are signed in there. Pages are kept for 30 days. The check run on GitHub stays as it is; press"
    " Re-run there for a new verdict with a new page."
)
_HEAD = "/verdicts/<int:repository>/<head>"
_ADDRESS = f"{_HEAD}/<digest>"
_LARGEST_ID = 2**63
_MOST_EXCERPTS = 100
_MOST_DOCUMENTS = 10
"""Documents that are read for one page, with one request."""


log = Log("web")


@dataclass(frozen=True, slots=True)
class VerdictPages:
    """The pages of verdicts."""

    store: Store
    readers: Readers
    feedback_url: str | None

    @property
    def forms_to(self) -> str:
        """The origin that reports of false alarms lead to; empty where none are taken."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.feedback_url)) if self.feedback_url else ""

    def add_to(self, app: Flask, base: str) -> None:
        """Add the pages below `base`, the path of the public address."""
        for name, shown_as in FILTERS.items():
            app.add_template_filter(shown_as, name)

        @app.get(_HEAD)
        @opens(Access.READER)
        def latest(repository: int, head: str) -> Response:
            stored, _ = self._visible(repository, head, None, base)
            return redirect_to(_address(base, repository, stored))

        @app.get(_ADDRESS)
        @opens(Access.READER)
        def verdict(repository: int, head: str, digest: str) -> Response:
            stored, shown = self._visible(repository, head, digest, base)
            return self._page(repository, stored, shown, base)

        @app.get(f"{_ADDRESS}/report.json")
        @opens(Access.READER)
        def report(repository: int, head: str, digest: str) -> Response:
            _, shown = self._visible(repository, head, digest, base)
            return private(Response(shown.report, content_type="application/json; charset=utf-8"))

        @app.get(f"{_ADDRESS}/wrong")
        @opens(Access.READER)
        def findings(repository: int, head: str, digest: str) -> Response:
            stored, _ = self._visible(repository, head, digest, base)
            return redirect_to(f"{_address(base, repository, stored)}#findings")

        @app.post(f"{_ADDRESS}/wrong")
        @opens(Access.READER)
        def wrong(repository: int, head: str, digest: str) -> Response:
            _, shown = self._visible(repository, head, digest, base)
            finding = next((each for each in shown.findings if each.id == request.form.get("finding")), None)
            if finding is None or self.feedback_url is None:
                abort(HTTPStatus.NOT_FOUND)
            self.store.count_false_alarm(finding.rule)
            return redirect_to(feedback_address(self.feedback_url, finding, shown.version))

    def _page(self, repository: int, stored: StoredPage, shown: VerdictPage, base: str) -> Response:
        before = self.store.verdict_page_before(stored, repository)
        earlier = _findings(before)
        excerpts = self._excerpts(repository, stored.head_sha, shown)
        text = page(
            "verdict.html",
            base,
            verdict=shown,
            address=_address(base, repository, stored),
            before=_address(base, repository, before) if before is not None else None,
            difference=_difference(shown.findings, earlier) if earlier is not None else None,
            excerpts=excerpts,
            takes_feedback=self.feedback_url is not None,
        )
        return private(Response(text, content_type="text/html; charset=utf-8"))

    def _excerpts(self, repository: int, head: str, shown: VerdictPage) -> Mapping[str, Markup]:
        """The lines that findings are about, by finding, read with the viewer's token and kept nowhere.

        Empty for nobody, and while GitHub does not answer: the page is complete without them.
        """
        viewer = self.readers.viewer()
        placed = [finding for finding in shown.findings[:_MOST_EXCERPTS] if finding.path and finding.line is not None]
        paths = list(dict.fromkeys(finding.path for finding in placed))[:_MOST_DOCUMENTS]
        if viewer is None or not paths:
            return {}
        try:
            texts = self.readers.documents(viewer, repository, head, paths)
        except (ForgeError, TokenRefused) as error:
            log.warning("no excerpts", error=str(error))
            return {}
        return {each.id: excerpt(each.line or 0, texts[each.path]) for each in placed if each.path in texts}

    def _visible(self, repository: int, head: str, digest: str | None, base: str) -> tuple[StoredPage, VerdictPage]:
        """The page, if it is kept and the viewer can read its repository. Else the request ends here.

        Whether a page is kept shows in nothing, not even in how long the answer takes: GitHub is asked in either case.
        """

        def kept(viewer: Session | None) -> tuple[StoredPage, VerdictPage] | None:
            if viewer is None:
                return self._public(repository, head, digest)
            return self._kept(repository, head, digest) if self.readers.by_id(viewer, repository) else None

        return self.readers.shown(kept, base, GONE if self.readers.login is None else GONE_OR_HIDDEN)

    def _public(self, repository: int, head: str, digest: str | None) -> tuple[StoredPage, VerdictPage] | None:
        """The page, if everybody can see its repository. Of a private one GitHub is not asked."""
        kept = self._kept(repository, head, digest)
        seen = self.store.repository(repository) if kept is not None and not kept[1].private else None
        shows = seen is not None and self.readers.is_public(f"{seen.owner}/{seen.name}", repository)
        return kept if shows else None

    def _kept(self, repository: int, head: str, digest: str | None) -> tuple[StoredPage, VerdictPage] | None:
        if repository >= _LARGEST_ID:
            return None
        if digest is None:
            stored = self.store.latest_verdict_page(repository, head)
        else:
            stored = self.store.verdict_page(repository, head, digest)
        shown = _decoded(stored)
        return (stored, shown) if stored is not None and shown is not None else None


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


Findings = Sequence["FindingRow"]


def _difference(present: Findings, before: Findings) -> tuple[Findings, Findings]:
    """What is fixed since the verdict before, and what is new."""
    now, earlier = ({finding.id for finding in each} for each in (present, before))
    return [each for each in before if each.id not in now], [each for each in present if each.id not in earlier]


def _address(base: str, repository: int, stored: StoredPage) -> str:
    return f"{base}/verdicts/{repository}/{stored.head_sha}/{stored.digest}"


def _decoded(stored: StoredPage | None) -> VerdictPage | None:
    """The page; None for one that another version of Plangate wrote in another form."""
    try:
        return decoded(stored.page) if stored is not None else None
    except ValueError:
        return None


def _findings(stored: StoredPage | None) -> Sequence[FindingRow] | None:
    """The findings of a page, which is not read completely; None as for `_decoded`."""
    try:
        return decoded_findings(stored.page) if stored is not None else None
    except ValueError:
        return None
