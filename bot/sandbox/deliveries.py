"""Webhooks: signed as GitHub signs them, sent by a few threads, kept so that they can be listed and sent again."""

from __future__ import annotations

import hmac
import http.client
import json
import queue
import threading
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import App, Delivery, Json, State

THREADS = 4
TIMEOUT = 10.0
LARGEST = 25 * 1024 * 1024
KEPT_DAYS = 3


def encode(app: App, payload: Json) -> tuple[bytes, str]:
    """The body in the hook's content type, and that content type."""
    text = json.dumps(payload, separators=(",", ":"))
    if app.content_type == "json":
        return text.encode(), "application/json"
    return urlencode({"payload": text}).encode(), "application/x-www-form-urlencoded"


def headers(app: App, event: str, guid: str, body: bytes, content_type: str) -> dict[str, str]:
    """The headers of a delivery.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
    """
    signed = {}
    if app.webhook_secret is not None:
        key = app.webhook_secret.encode()
        signed = {
            "X-Hub-Signature": "sha1=" + hmac.new(key, body, "sha1").hexdigest(),
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, "sha256").hexdigest(),
        }
    return {
        "Accept": "*/*",
        "Content-Type": content_type,
        "User-Agent": "GitHub-Hookshot/sandbox",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        **signed,
    }


class Deliveries:
    """The log of deliveries and the threads that send them."""

    def __init__(self, state: State, accept: Callable[[Delivery], bool] | None = None) -> None:
        self.state = state
        self.log: list[Delivery] = []
        self.hold = False
        """While true, deliveries are held; the test sends, drops or reorders them."""
        self.held: list[Delivery] = []
        self.accept = accept
        """Called before each delivery is sent; False drops it, as if the receiver were down."""
        self._queue: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Condition()
        self._pending = 0

    def add(self, delivery: Delivery) -> Delivery:
        """Log a delivery and queue it for sending. A payload over 25 MB is not delivered, as on GitHub."""
        self.log.append(delivery)
        if delivery.app.webhook_url is None:
            delivery.status = "inactive"
        elif len(json.dumps(delivery.payload)) > LARGEST:
            delivery.status = "payload too large"
        elif self.hold:
            self.held.append(delivery)
        else:
            self._send_soon(delivery)
        return delivery

    def release(self, deliveries: list[Delivery] | None = None) -> None:
        """Send the held deliveries in the given order, and stop holding."""
        self.hold = False
        waiting, self.held = self.held, []
        for delivery in waiting if deliveries is None else deliveries:
            self._send_soon(delivery)

    def again(self, delivery: Delivery) -> Delivery:
        """Deliver once more under the same GUID, as GitHub does on request."""
        return self.add(
            replace(
                delivery,
                id=self.state.next_id(),
                redelivery=True,
                delivered_at=self.state.now(),
                status="pending",
                status_code=0,
                response_body="",
            )
        )

    def of(self, app: App) -> list[Delivery]:
        """An App's deliveries that GitHub still knows, newest first."""
        oldest = self.state.now() - KEPT_DAYS * 86_400
        sent = [
            delivery
            for delivery in self.log
            if delivery.app is app and delivery.status not in {"inactive", "payload too large"}
        ]
        return [delivery for delivery in reversed(sent) if delivery.delivered_at >= oldest]

    def settle(self, timeout: float) -> bool:
        """Wait until everything is sent. False if that takes longer than this many seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, timeout)

    def stop(self) -> None:
        """Stop the sending threads; deliveries that still wait are dropped."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=TIMEOUT)

    def _send_soon(self, delivery: Delivery) -> None:
        with self._idle:
            self._pending += 1
            if len(self._threads) < THREADS:
                thread = threading.Thread(target=self._work, name=f"hookshot-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._queue.put(delivery)

    def _work(self) -> None:
        while (delivery := self._queue.get()) is not None:
            try:
                if self.accept is None or self.accept(delivery):
                    self._send(delivery)
                else:
                    delivery.status, delivery.status_code = "failed to connect to host", 502
            finally:
                with self._idle:
                    self._pending -= 1
                    self._idle.notify_all()

    def _send(self, delivery: Delivery) -> None:
        app = delivery.app
        body, content_type = encode(app, delivery.payload)
        delivery.request_headers = headers(app, delivery.event, delivery.guid, body, content_type)
        parts = urlsplit(app.webhook_url or "")
        started = time.perf_counter()
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT)
        try:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("POST", path, body, delivery.request_headers)
            response = connection.getresponse()
            delivery.response_body = response.read(65_536).decode("utf-8", "replace")
            delivery.response_headers = dict(response.getheaders())
            delivery.status_code = response.status
            delivery.status = "OK" if response.status < 300 else f"Invalid HTTP Response: {response.status}"  # noqa: PLR2004 -- 2xx
        except TimeoutError:
            delivery.status, delivery.status_code = "timed out", 504
        except (OSError, http.client.HTTPException):
            delivery.status, delivery.status_code = "failed to connect to host", 502
        finally:
            connection.close()
            delivery.duration = time.perf_counter() - started


def new_guid() -> str:
    """A delivery id."""
    return str(uuid.uuid4())
