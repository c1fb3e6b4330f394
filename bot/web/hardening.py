"""The security headers of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Response


def harden(response: Response, *, forms_to: str = "", hsts_seconds: int = 0) -> Response:
    """Forbid scripts, frames and other hosts. `forms_to` is another origin to which forms may post.

    With `hsts_seconds`, browsers use https alone for as long: https://www.rfc-editor.org/rfc/rfc6797
    """
    forms = f"'self' {forms_to}".strip()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if hsts_seconds:
        response.headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}"
    return response
