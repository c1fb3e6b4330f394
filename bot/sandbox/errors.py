"""GitHub's error answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCUMENTATION = "https://docs.github.com/rest"


class ApiError(Exception):
    """An answer that is not a success, in GitHub's form.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
    """

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Any] | None = None,
        headers: Mapping[str, str] | None = None,
        page: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {}) | ({} if page is None else {"Content-Type": "text/html; charset=utf-8"})
        self.page = page

    def body(self) -> dict[str, Any] | bytes:
        """The JSON of the response, or the HTML page in its place."""
        if self.page is not None:
            return self.page.encode()
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = list(self.errors)
        return body | {"documentation_url": DOCUMENTATION, "status": str(self.status)}


def invalid(resource: str, field: str, code: str, message: str | None = None) -> ApiError:
    """422 `Validation Failed` about one field."""
    error = {"resource": resource, "field": field, "code": code}
    return ApiError(422, "Validation Failed", [error if message is None else error | {"message": message}])
