"""People and roles of the organisation, invitations, API tokens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, open_to_all, scope_of
from gearpark.kit.problems import words_of

from .. import queries, services
from ..forms import InviteForm, PasswordForm, TokenForm
from ..forms.words import ROLES, word


def _when(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


def _access(row: Any) -> str:
    if row.disabled_at:
        return gettext("disabled")
    if row.person.locked_until_at and row.person.locked_until_at > now_utc():
        return gettext("locked")
    return gettext("active")


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="people",
        columns=(
            column("name", _("Name"), lambda row: row.person.display_name, sort="person__display_name", url=_url),
            column("sign_in", _("Sign-in name"), lambda row: row.person.sign_in, sort="person__sign_in"),
            column("org", _("Organisation"), sort="org", shown=scope.park_wide),
            column("role", _("Role"), lambda row: word(ROLES, row.role), sort="role", export=lambda row: row.role),
            column("access", _("Access"), _access, sort="disabled_at"),
            column("last_login", _("Last sign-in"), lambda row: _when(row.person.last_login), sort="person__last_login"),
            column("since_at", _("Since"), lambda row: _when(row.since_at), sort="since_at", shown=False),
        ),
        filters=(lists.Filter("role", _("Role"), tuple(ROLES.items()), "role"),),
        search=("person__display_name__icontains", "person__sign_in__icontains", "org__icontains"),
        default_sort="name",
        row_url=_url,
    )  # fmt: skip


def _url(row: Any) -> str:
    return f"/people/{row.person_id}/?org={row.org}"


@needs("people.view")
def people_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    rows = queries.people_rows(scope)
    context = {"may_manage": scope.may("people.manage"), "may_tokens": scope.may("tokens.manage")}
    return lists.answer(request, _spec(scope), rows, "registry/people.html", title=_("People"), **context)


@needs("people.view")
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    scope = scope_of(request)
    rows = list(queries.people_rows(scope).filter(person_id=person_id))
    if not rows:
        raise Problem("registry.person_unknown", "There is no such person in your organisation.", status=404)
    roles = [
        {"org": row.org, "role": word(ROLES, row.role), "since_at": row.since_at, "access": _access(row)}
        for row in rows
    ]
    own = next((row for row in rows if row.org == scope.org), None)
    context = {
        "person": rows[0].person,
        "roles": roles,
        "own": own,
        "role_choices": list(ROLES.items()),
        "may_manage": scope.may("people.manage") and own is not None and person_id != scope.person_id,
    }
    return render(request, "registry/person.html", context)


@require_POST
@needs("people.manage")
def person_change(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST action=role|disable|enable."""
    scope, action = scope_of(request), request.POST.get("action", "")
    if action == "role":
        services.set_role(scope, person_id, request.POST.get("role", ""))
    elif action == "disable":
        services.disable(scope, person_id, now_utc())
    elif action == "enable":
        services.enable(scope, person_id)
    else:
        raise Problem(
            "registry.person_action", "The action must be role, disable or enable; nothing was changed."
        )
    return HttpResponseRedirect(f"/people/{person_id}/")


@never_cache
@needs("people.manage")
def person_invite(request: HttpRequest) -> HttpResponse:
    """Add a person; the answer shows the one-time link once."""
    scope = scope_of(request)
    kind = queries.organisation(scope, scope.org).kind.value
    form = InviteForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            token = services.invite(scope, data["sign_in"], data["display_name"], data["role"], now_utc())
            link = request.build_absolute_uri(f"/welcome/{token}/")
            return render(request, "registry/invited.html", {"link": link, "name": data["display_name"]})
        except Problem as problem:
            form.add_error("sign_in", words_of(problem))
    context = {
        "form": form,
        "page_title": gettext("Invite a person"),
        "submit_label": gettext("Make the link"),
        "back_url": "/people/",
    }
    return render(request, "ui/form.html", context, status=422 if form.errors else 200)


@open_to_all
@never_cache
@sensitive_post_parameters("password", "again")
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link: set the first password, then sign in."""
    now = now_utc()
    if queries.invitation(token, now) is None:
        raise Problem(
            "registry.invitation", "This link was used or is too old; ask for a new one.", status=410
        )
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["password"] != form.cleaned_data["again"]:
            form.add_error("again", gettext("The two passwords differ."))
        else:
            try:
                services.accept_invitation(token, form.cleaned_data["password"], now)
                return HttpResponseRedirect("/sign-in/")
            except Problem as problem:
                form.add_error("password", words_of(problem))
    return render(request, "registry/welcome.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@needs("tokens.manage")
def token_page(request: HttpRequest) -> HttpResponse:
    """Tokens of the organisation; POST makes one (shown once) or revokes one."""
    scope, made = scope_of(request), ""
    form = TokenForm(request.POST if request.POST.get("action") == "make" else None, rights=scope.rights)
    if request.POST.get("action") == "revoke":
        services.revoke_token(scope, int(request.POST.get("id", "0") or 0), now_utc())
        return HttpResponseRedirect("/people/tokens/")
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        made = services.issue_token(
            scope, data["name"], frozenset(data["rights"]), now_utc(), days=data["days"]
        )
        form = TokenForm(rights=scope.rights)
    context = {"form": form, "made": made, "tokens": queries.tokens(scope), "now": now_utc()}
    return render(request, "registry/tokens.html", context, status=422 if form.errors else 200)
