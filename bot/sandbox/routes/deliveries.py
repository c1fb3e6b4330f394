"""The App's webhook: its configuration, its deliveries, and sending them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import ApiError
from bot.sandbox.routing import Call, Json, Reply, route
from bot.sandbox.state import iso

if TYPE_CHECKING:
    from bot.sandbox.state import App, Delivery


def _config(app: App) -> Json:
    shown = {"content_type": app.content_type, "insecure_ssl": app.insecure_ssl}
    shown |= {} if app.webhook_url is None else {"url": app.webhook_url}
    return shown if app.webhook_secret is None else shown | {"secret": "********"}


@route("GET", "/app/hook/config", "apps/get-webhook-config-for-app")
def get_config(call: Call) -> Reply:
    """The webhook's address and content type."""
    return Reply(_config(call.app))


@route("PATCH", "/app/hook/config", "apps/update-webhook-config-for-app")
def update_config(call: Call) -> Reply:
    """Change address, secret or content type."""
    app = call.app
    app.webhook_url = call.body.get("url", app.webhook_url)
    app.webhook_secret = call.body.get("secret", app.webhook_secret)
    app.content_type = call.body.get("content_type", app.content_type)
    return Reply(_config(app))


def _shape(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": iso(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.duration, 2),
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation,
        "repository_id": delivery.repository,
        "throttled_at": None,
    }


def _failed(delivery: Delivery) -> bool:
    return not 200 <= delivery.status_code < 400  # noqa: PLR2004 -- GitHub's line between success and failure


@route("GET", "/app/hook/deliveries", "apps/list-webhook-deliveries")
def list_deliveries(call: Call) -> Reply:
    """Deliveries of the last three days, newest first; pages by cursor."""
    deliveries = call.hub.deliveries.of(call.app)
    if call.query.get("status") in {"success", "failure"}:
        deliveries = [delivery for delivery in deliveries if _failed(delivery) is (call.query["status"] == "failure")]
    cursor = call.query.get("cursor", "")
    if cursor.isascii() and cursor.isdigit():
        deliveries = [delivery for delivery in deliveries if delivery.id <= int(cursor)]
    text = call.query.get("per_page", "30")
    size = min(max(int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 30, 1), 100)  # noqa: PLR2004 -- any page there can be
    headers = {}
    if len(deliveries) > size:
        address = f"{call.hub.api}{call.path}?per_page={size}&cursor={deliveries[size].id}"
        headers["Link"] = f'<{address}>; rel="next"'
    return Reply([_shape(delivery) for delivery in deliveries[:size]], headers=headers)


def _delivery(call: Call) -> Delivery:
    number = call.number("delivery_id")
    delivery = next((delivery for delivery in call.hub.deliveries.of(call.app) if delivery.id == number), None)
    if delivery is None:
        raise ApiError(404, "Not Found")
    return delivery


@route("GET", "/app/hook/deliveries/{delivery_id}", "apps/get-webhook-delivery")
def get_delivery(call: Call) -> Reply:
    """One delivery with what was sent and answered."""
    delivery = _delivery(call)
    details = {
        "url": delivery.app.webhook_url or "",
        "request": {"headers": delivery.request_headers, "payload": delivery.payload},
        "response": {"headers": delivery.response_headers, "payload": delivery.response_body},
    }
    return Reply(_shape(delivery) | details)


@route("POST", "/app/hook/deliveries/{delivery_id}/attempts", "apps/redeliver-webhook-delivery")
def redeliver(call: Call) -> Reply:
    """Send it again, under the same GUID."""
    call.hub.deliveries.again(_delivery(call))
    return Reply({}, 202)
