"""The pages of the OAuth web flow: approve an App, and exchange the code."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from bot.sandbox.acts import oauth
from bot.sandbox.pages.door import Page, Visit, page, show


@page("GET", "/login/oauth/authorize")
def ask(visit: Visit) -> Page:
    """Ask whether to let the App in; who is signed in and has approved before is sent on at once."""
    request = oauth.requested(visit.hub, visit.query)
    if visit.hub.state.signed_in is not None:
        return Page(status=302, location=oauth.approve(visit.hub, request, visit.hub.state.signed_in))
    address = f"/login/oauth/authorize?{urlencode(visit.query)}"
    return show("authorize.html", visit, app=request.app, back=request.back, address=address)


@page("POST", "/login/oauth/authorize")
def decide(visit: Visit) -> Page:
    """Approve, or refuse."""
    request = oauth.requested(visit.hub, visit.query)
    if "approve" not in visit.form:
        return Page(status=302, location=oauth.deny(request))
    return Page(status=302, location=oauth.approve(visit.hub, request, visit.visitor))


@page("POST", "/login/oauth/access_token")
def token(visit: Visit) -> Page:
    """Exchange the code, in JSON."""
    return Page(json.dumps(oauth.exchange(visit.hub, visit.form)), content_type="application/json; charset=utf-8")
