"""Pages of the frame: health, what a problem code means."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from gearpark.kit.http import open_to_all

PROBLEM_PAGES = Path(__file__).resolve().parents[3] / "docs" / "problems"


@open_to_all
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when this process answers and reaches the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@open_to_all
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """The page under docs/problems for one code, as plain text (the target of RFC 9457's ``type``)."""
    page = PROBLEM_PAGES / f"{code}.md"
    if not code.replace("_", "").replace(".", "").isalnum() or ".." in code or not page.is_file():
        raise Http404(code)
    return HttpResponse(page.read_text(encoding="utf-8"), content_type="text/plain; charset=utf-8")
