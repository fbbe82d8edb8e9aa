"""Routes of line types; they come before those of lines, whose ids they must not be taken for."""

from __future__ import annotations

from django.urls import path

from ..views import line_types as views

urlpatterns = [
    path("lines/types/", views.line_types, name="line-types"),
    path("lines/new-type/", views.line_type_new, name="line-type-new"),
    path("lines/type-brief/", views.line_type_brief, name="line-type-brief"),
    path("lines/type-schema.json", views.line_type_schema, name="line-type-schema"),
    path("lines/types/<slug:code>/", views.line_type, name="line-type"),
    path("lines/types/<slug:code>/document.toml", views.line_type_document, name="line-type-document"),
    path("lines/types/<slug:code>/change/", views.line_type_change, name="line-type-change"),
]
