"""The edges' manners: who may come in, one transaction per request, and Problems as RFC 9457 or as a page."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import select_template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope

from .problems import words_of
from .tenant import acting, require

log = logging.getLogger("gearpark.http")
Response = HttpResponse
PROBLEM_JSON = "application/problem+json"
STATUS_SERVER_ERROR = 500


class ProblemMiddleware:
    """Turns every failure into a Problem answer; what is unforeseen gets a reference that the log also has."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        problem = as_problem(error)
        if problem is None:
            if settings.DEBUG:
                return None
            problem = unforeseen(error, request.path)
        return problem_response(request, problem)


class ScopeMiddleware:
    """Finds out who asks and runs the request in one transaction under that scope.

    Every view needs a scope unless it is marked ``open_to_all``. An exception, also one already turned into an
    answer, rolls the transaction back: a refused request changes nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.resolve: Callable[[HttpRequest], Scope | None] = import_string(settings.GEARPARK_SCOPE_RESOLVER)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme = request.scheme
        request._get_scheme = lambda: scheme  # type: ignore[attr-defined]  # ASGI keeps the scheme in request.scope
        try:
            scope = self.resolve(request)
        except Problem as problem:
            return problem_response(request, problem)
        request.scope = scope  # type: ignore[attr-defined]
        if scope is None:
            return self.get_response(request)
        with acting(scope):
            response = self.get_response(request)
            if getattr(request, "failed", False) or response.status_code >= STATUS_SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if getattr(request, "scope", None) is not None or getattr(view, "open_to_all", False):
            return None
        if request.path.startswith(tuple(settings.GEARPARK_OPEN_PATHS)):
            return None
        if request.path.startswith("/api/"):  # the API's own authentication answers, as problem+json
            return None
        if wants_json(request):
            return problem_response(request, not_signed_in())
        return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        request.failed = True  # type: ignore[attr-defined]


def open_to_all(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that needs no sign-in."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def needs(right: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: the view answers 403 ``kit.right_missing`` unless the scope carries ``right``."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            require(request.scope, right)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return checked

    return decorate


def scope_of(request: HttpRequest) -> Scope:
    """The scope of a signed-in request; Problem ``kit.sign_in_needed`` (401) without one."""
    scope = getattr(request, "scope", None)
    if not isinstance(scope, Scope):
        raise not_signed_in()
    return scope


def not_signed_in() -> Problem:
    return Problem("kit.sign_in_needed", "Sign in, or send a bearer token that has not expired.", status=401)


def wants_json(request: HttpRequest) -> bool:
    """API and htmx requests get problem+json, browsers a page."""
    if request.path.startswith("/api/") or request.headers.get("HX-Request") == "true":
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def as_problem(error: Exception) -> Problem | None:
    """The Problem that an exception of Django's or ours stands for; None when it is unforeseen."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return Problem(
            "kit.not_found", "There is nothing at this address, or it is not yours to see.", status=404
        )
    if isinstance(error, PermissionDenied):
        right = str(error) or "-"
        return Problem(
            "kit.right_missing", f"Your role does not allow this ({right}).", status=403, right=right
        )
    return None


def unforeseen(error: BaseException, path: str) -> Problem:
    """Log an unforeseen exception under a reference and return the Problem that names it."""
    reference = secrets.token_hex(6)
    log.error("unforeseen failure %s at %s", reference, path, exc_info=error)
    return Problem(
        "kit.unforeseen",
        f"Something went wrong that nobody foresaw. Nothing was changed. Tell your administrator the reference {reference}.",
        status=500,
        reference=reference,
    )


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """RFC 9457 JSON for API and htmx, otherwise a page with the same words."""
    request.failed = True  # type: ignore[attr-defined]
    if problem.status >= STATUS_SERVER_ERROR and problem.code != "kit.unforeseen":
        log.error("%s", problem)
    if wants_json(request):
        body = problem.as_dict()
        if not request.path.startswith(
            "/api/"
        ):  # the API speaks English, parts of pages the reader's language
            body["detail"] = words_of(problem)
        return JsonResponse(body, status=problem.status, content_type=PROBLEM_JSON)
    page = select_template(["ui/problem.html", "kit/problem.html"])
    shown = {
        **problem.as_dict(),
        "code": problem.code,
        "sentence": words_of(problem),
        "details": problem.details,
    }
    return HttpResponse(page.render({"problem": shown}, request), status=problem.status)


@open_to_all
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(request, as_problem(Http404()) or not_signed_in())


@open_to_all
def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    return problem_response(request, unforeseen(error or RuntimeError("unknown"), request.path))


@open_to_all
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = (
        "The form was too old or came from another site. Nothing was changed; reload the page and try again."
    )
    return problem_response(request, Problem("kit.form_expired", sentence, status=403, reason=reason))


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """The ``next`` parameter when it is a local path, else ``default``."""
    from django.utils.http import url_has_allowed_host_and_scheme

    target = request.POST.get("next") or request.GET.get("next") or default
    good = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if good else default
