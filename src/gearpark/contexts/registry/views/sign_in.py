"""Signing in and out, and choosing the organisation to act for."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import open_to_all, safe_next
from gearpark.kit.problems import words_of

from ..forms import SignInForm
from ..public import ORG_KEY, SEEN_KEY, SIGNED_IN_KEY
from ..services import sign_in_person


@open_to_all
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """GET shows the door; POST checks name and password and goes to ``next``."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        now = now_utc()
        answer = sign_in_person(form.cleaned_data["username"], form.cleaned_data["password"], now)
        if not isinstance(answer, Problem):
            login(request, answer, backend="gearpark.contexts.registry.public.PersonBackend")
            request.session[SIGNED_IN_KEY] = request.session[SEEN_KEY] = now.timestamp()
            return HttpResponseRedirect(safe_next(request))
        form.add_error(None, words_of(answer))
        status = answer.status
    return render(request, "ui/sign_in.html", {"form": form, "next": safe_next(request)}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect("/sign-in/")


@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Act for another organisation one has a role in."""
    wanted = request.POST.get("org", "")
    if wanted not in {item.org for item in getattr(request, "memberships", [])}:
        raise Problem("registry.no_role", f"You have no role in {wanted!r}.", status=403)
    request.session[ORG_KEY] = wanted
    return HttpResponseRedirect(safe_next(request))
