"""Routes of parts, traces, recalls, labels, passports, events and life data."""

from __future__ import annotations

from django.urls import path, re_path

from ..views.trace import epcis, explorer, labels, life, listing, public_pages, recall, story

urlpatterns = [
    path("parts/", listing.parts, name="parts"),
    path("parts/scan/", listing.scan, name="scan"),
    path("parts/suggest/", listing.suggest, name="suggest"),
    path("parts/trace/", explorer.explorer, name="trace"),
    path("parts/recall/", recall.recall_page, name="recalls"),
    path("parts/recall/<int:case_id>/", recall.recall_case_page, name="recall"),
    re_path(
        r"^parts/recall/(?P<case_id>[0-9]+)/(?P<action>hold|close)/$",
        recall.recall_action,
        name="recall-action",
    ),
    path("parts/labels/", labels.labels, name="labels"),
    path("parts/epcis/", epcis.epcis, name="epcis"),
    path("parts/epcis/export/", epcis.epcis_export, name="epcis-export"),
    path("parts/life/", life.life, name="life"),
    path("parts/life/new/", life.life_edit, name="life-new"),
    path("parts/life/<int:key>/", life.life_study, name="life-study"),
    path("parts/life/<int:key>/edit/", life.life_edit, name="life-edit"),
    path("parts/life/<int:key>/delete/", life.life_delete, name="life-delete"),
    path("parts/link/<int:serial_id>/", public_pages.passport_link, name="passport-link"),
    path("parts/facts/<int:serial_id>/wrong/", story.wrong, name="fact-wrong"),
    path("p/<str:token>/", public_pages.passport, name="passport"),
    path("01/<str:gtin>/21/<str:serial>", public_pages.digital_link, name="digital-link"),
    path("parts/<path:serial>/", story.part, name="part-story"),  # last: a serial may be any word
]
