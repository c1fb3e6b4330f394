"""Operations that are about no repository: rate limits, users, and the GraphQL endpoint."""

from __future__ import annotations

from bot.sandbox.errors import ApiError
from bot.sandbox.gql import answer
from bot.sandbox.routing import Call, Reply, route
from bot.sandbox.state import iso


@route("GET", "/rate_limit", "rate-limit/get")
def rate_limit(call: Call) -> Reply:
    """How much is left of this hour."""
    shown = {name: call.hub.limits.show(call.credential, name) for name in call.hub.limits.budget}
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": shown["core"]["reset"], "resource": "search"}
    return Reply({"resources": {"search": search, **shown}, "rate": shown["core"]})


@route("GET", "/users/{username}", "users/get-by-username")
def get_user(call: Call) -> Reply:
    """An account."""
    user = call.hub.state.users.get(call.params["username"].removesuffix("[bot]").lower())
    if user is None:
        raise ApiError(404, "Not Found")
    nothing = dict.fromkeys(("company", "location", "email", "hireable", "bio", "twitter_username"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    dates = dict.fromkeys(("created_at", "updated_at"), iso(user.created_at))
    return Reply(call.hub.shapes.user(user) | nothing | counts | dates | {"name": user.name, "blog": ""})


@route("POST", "/graphql", "graphql")
def graphql(call: Call) -> Reply:
    """One GraphQL request; errors come inside a 200."""
    return answer.answer(call)
