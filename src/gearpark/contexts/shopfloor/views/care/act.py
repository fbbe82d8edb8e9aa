"""Small forms on care pages: a checked form, one call, back to the page with a word on what happened."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from gearpark.base.problems import Problem
from gearpark.kit.http import scope_of
from gearpark.kit.problems import words_of

from ...services.care.common import require_one

CONFLICT = 409
REFUSED = 403


def done(request: HttpRequest, back: str, word: Any, call: Callable[[], object]) -> HttpResponse:
    """Make one call; a refusal that the person can mend is told on the page it came from, with nothing changed."""
    try:
        call()
    except Problem as problem:
        if problem.status in (REFUSED, 404):
            raise
        messages.error(request, words_of(problem))
    else:
        messages.success(request, str(word))
    return HttpResponseRedirect(back)


def told(request: HttpRequest, back: str, form: forms.Form) -> HttpResponse:
    """Back to the page with the first thing that is wrong in a small form."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {errors[0]}" if label else str(errors[0]))
        break
    return HttpResponseRedirect(back)


def needs_one(*rights: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: the view answers 403 ``kit.right_missing`` unless the scope carries one of ``rights``."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            require_one(scope_of(request), *rights)
            return view(request, *args, **kwargs)

        return checked

    return decorate
