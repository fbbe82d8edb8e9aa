"""Lake jobs: what ran, how long, with what result."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from .. import queries, services
from ..types import JOBS_RUN, JOBS_VIEW


@require_GET
@needs(JOBS_VIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """Jobs with their last run, and recent runs."""
    now = now_utc()
    page = queries.jobs_page(
        scope_of(request), now=now, job=request.GET.get("job", ""), state=request.GET.get("state", "")
    )
    part = request.headers.get("HX-Request") == "true"
    return render(
        request,
        "telemetry/parts/job_table.html" if part else "telemetry/jobs.html",
        {"page": page, "now": now},
    )


@require_POST
@needs(JOBS_RUN)
def run_now(request: HttpRequest, job: str) -> HttpResponseRedirect:
    """Ask the worker to run a job as soon as it can."""
    waiting = services.ask_job(scope_of(request), job, now_utc())
    messages.info(
        request, _("It is waiting for the worker already.") if waiting else _("The worker takes it up now.")
    )
    return HttpResponseRedirect(reverse("jobs"))
