"""The API's manners: bearer or session sign-in, problem+json for every failure, cursor paging."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyCookie, HttpBearer

from gearpark.base.limits import MAX_PAGE_ROWS
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope

from .http import as_problem, not_signed_in, problem_response, unforeseen
from .tenant import require

DEFAULT_PAGE_ROWS = 100


class Bearer(HttpBearer):
    """``Authorization: Bearer <token>``; the scope middleware has looked the token up already."""

    def authenticate(self, request: HttpRequest, token: str) -> Scope | None:
        return request.scope if getattr(request, "by_token", False) else None  # type: ignore[attr-defined, no-any-return]


class SessionCookie(APIKeyCookie):
    """A signed-in browser; unsafe methods need the CSRF token."""

    param_name = "gearpark_session"

    def authenticate(self, request: HttpRequest, key: str | None) -> Scope | None:
        return None if getattr(request, "by_token", False) else getattr(request, "scope", None)


def guarded(right: str) -> Callable[[HttpRequest], Scope]:
    """For use inside an operation: the request's scope, checked for ``right``."""

    def check(request: HttpRequest) -> Scope:
        scope: Scope = request.scope  # type: ignore[attr-defined]
        require(scope, right)
        return scope

    return check


class ProblemSchema(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    details: dict[str, Any] | None = None


def install_problem_handlers(api: NinjaAPI) -> None:
    """Every failure leaves as problem+json with the right status."""

    def answer(request: HttpRequest, problem: Any) -> HttpResponse:
        return problem_response(request, problem)

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        fields = [
            {"where": ".".join(str(part) for part in item["loc"]), "what": item["msg"]}
            for item in error.errors
        ]
        sentence = "The request does not fit the schema; nothing was changed. See details for each field."
        return answer(request, Problem("kit.invalid_request", sentence, status=422, fields=fields))

    def stated(request: HttpRequest, error: Any) -> HttpResponse:
        if error.status_code == 403:
            return answer(
                request,
                Problem(
                    "kit.form_expired", "The CSRF token is missing or old; nothing was changed.", status=403
                ),
            )
        return answer(request, Problem("kit.invalid_request", str(error), status=error.status_code))

    def any_other(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, as_problem(error) or unforeseen(error, request.path))

    def conflict(request: HttpRequest, error: Any) -> HttpResponse:
        unforeseen(error, request.path)
        return answer(
            request,
            Problem(
                "kit.conflict",
                "The database refused the change: it breaks a rule or repeats a key.",
                status=409,
            ),
        )

    api.add_exception_handler(Problem, answer)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(AuthenticationError, lambda request, error: answer(request, not_signed_in()))
    api.add_exception_handler(HttpError, stated)
    api.add_exception_handler(Http404, any_other)
    api.add_exception_handler(IntegrityError, conflict)
    api.add_exception_handler(Exception, any_other)


def encode_cursor(*values: Any) -> str:
    """Opaque cursor from the last row's sort values."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def decode_cursor(text: str) -> list[Any]:
    """Values of a cursor made by ``encode_cursor``; Problem ``kit.cursor`` when it is none."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise Problem("kit.cursor", "The cursor is not one this API gave; start again without it.") from error
    if not isinstance(values, list):
        raise Problem("kit.cursor", "The cursor is not one this API gave; start again without it.")
    return values


def page_by_key(
    rows: models.QuerySet[Any], key: str, cursor: str | None, limit: int
) -> tuple[list[Any], str | None]:
    """One page ordered by the unique field ``key``: (rows, next cursor or None). ``limit`` is cut to MAX_PAGE_ROWS."""
    size = max(1, min(limit, MAX_PAGE_ROWS))
    ordered = rows.order_by(key)
    if cursor:
        values = decode_cursor(cursor)
        if len(values) != 1:
            raise Problem("kit.cursor", "The cursor is not one this API gave; start again without it.")
        ordered = ordered.filter(**{f"{key}__gt": values[0]})
    found = list(ordered[: size + 1])
    more = len(found) > size
    found = found[:size]
    return found, encode_cursor(getattr(found[-1], key)) if more else None
