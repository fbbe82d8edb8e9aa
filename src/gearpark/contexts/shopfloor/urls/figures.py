"""Routes of stops, KPIs, shift reports, hand-over and published figures."""

from __future__ import annotations

from django.urls import path

from ..views import handover, kpi, reasons, report, revisions, stops, walls

urlpatterns = [
    path("lines/wall/", walls.wall, name="walls"),
    path("lines/kpi/", kpi.compare, name="kpi-lines"),
    path("lines/reasons/", reasons.reasons, name="reasons"),
    path("lines/reasons/new/", reasons.edit, name="reason-new"),
    path("lines/reasons/<int:key>/", reasons.edit, name="reason"),
    path("lines/<slug:asset>/stops/", stops.stops, name="stops"),
    path("lines/<slug:asset>/stops/book/", stops.book, name="book"),
    path("lines/<slug:asset>/stops/merge/", stops.merge, name="merge"),
    path("lines/<slug:asset>/stops/<int:key>/", stops.change, name="booking"),
    path("lines/<slug:asset>/kpi/", kpi.line_kpi, name="kpi"),
    path("lines/<slug:asset>/kpi/target/", kpi.target, name="kpi-target"),
    path("lines/<slug:asset>/report/", report.report, name="report"),
    path("lines/<slug:asset>/report.pdf", report.report_pdf, name="report-pdf"),
    path("lines/<slug:asset>/handover/", handover.sheet, name="handover"),
    path("lines/<slug:asset>/handover/write/", handover.write, name="handover-write"),
    path("lines/<slug:asset>/handover/sign/", handover.sign, name="handover-sign"),
    path("lines/<slug:asset>/handover/<int:key>/", handover.change, name="handover-note"),
    path("lines/<slug:asset>/revisions/", revisions.revisions, name="revisions"),
]
