"""Errors as RFC 9457 problem details: one JSON object that says what is wrong and what to do."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from inkread.errors import ImageTooLargeError, InkreadError, MissingExtraError

MEDIA_TYPE = "application/problem+json"
METHODS = ("DELETE", "GET", "HEAD", "POST", "PUT")
SENTENCES = {
    404: "There is nothing here: look at /openapi.json for what there is.",
    405: "This address does not take that method: look at /openapi.json.",
}


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Why a request is refused.

    Attributes:
        status: HTTP status code.
        detail: one sentence for people.
        headers: to send along.
        errors: the single faults, where there are several.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = dict(headers or {})
        self.errors = errors

    def body(self) -> bytes:
        """Return the JSON of the problem."""
        fields: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors is not None:
            fields["errors"] = self.errors
        return json.dumps(fields).encode()

    def response(self) -> Response:
        """Return the answer."""
        return Response(self.body(), self.status, self.headers, MEDIA_TYPE)


def busy(detail: str, seconds: int = 1) -> Problem:
    """Refuse for now; the client may ask again after some seconds."""
    return Problem(503, detail, headers={"Retry-After": str(seconds)})


def as_problem(error: InkreadError) -> Problem:
    """Turn an error that is the user's to mend into a problem."""
    if isinstance(error, ImageTooLargeError):
        return Problem(413, sentence(error))
    return Problem(501 if isinstance(error, MissingExtraError) else 422, sentence(error))


def sentence(error: InkreadError) -> str:
    """Return an error's text as a sentence of its own."""
    text = str(error)
    return text[:1].upper() + text[1:]


def install(app: FastAPI) -> None:
    """Let every error of an application be answered by a problem."""

    async def of_problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return error.response()

    async def of_ours(_request: Request, error: Exception) -> Response:
        assert isinstance(error, InkreadError)
        return as_problem(error).response()

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_methods(request))
        detail = SENTENCES.get(error.status_code, str(error.detail))
        return Problem(error.status_code, detail, headers=headers).response()

    async def of_validation(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _invalid(error).response()

    async def of_failure(_request: Request, _error: Exception) -> Response:
        return Problem(500, "The service has failed at this request; its log says why.").response()

    app.add_exception_handler(Exception, of_failure)
    app.add_exception_handler(Problem, of_problem)
    app.add_exception_handler(InkreadError, of_ours)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_validation)


def _methods(request: Request) -> list[str]:
    """Return the methods that an address takes; Starlette knows those of its first route alone."""
    found: set[str] = set()
    for method in METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            found.add(method)
    return sorted(found)


def _invalid(error: RequestValidationError) -> Problem:
    """Name the parameters that do not fit; what was sent is not repeated."""
    faults = [{"where": "/".join(map(str, fault["loc"])), "what": fault["msg"]} for fault in error.errors()]
    first = faults[0]
    return Problem(422, f"{first['where']}: {first['what']}.", errors=faults)
