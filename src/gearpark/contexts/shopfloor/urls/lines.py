"""Routes of lines, their boards and set-up."""

from __future__ import annotations

from django.urls import path, re_path

from .. import views

urlpatterns = [
    path("lines/", views.lines, name="lines"),
    path("lines/new/", views.line_new, name="line-new"),
    path("lines/calendars/", views.calendars, name="calendars"),
    path("lines/calendars/new/", views.calendar_edit, name="calendar-new"),
    path("lines/calendars/<int:key>/", views.calendar_edit, name="calendar"),
    path("lines/<slug:asset>/", views.board, name="board"),
    path("lines/<slug:asset>/wall/", views.wall, name="wall"),
    path("lines/<slug:asset>/edit/", views.line_edit, name="line-edit"),
    path("lines/<slug:asset>/plan/", views.plan, name="plan"),
    path("lines/<slug:asset>/live/", views.live, name="live"),
    re_path(
        r"^lines/(?P<asset>[-a-zA-Z0-9_]+)/part/(?P<part>figures|wall)/$", views.board_parts, name="part"
    ),
    path("lines/<slug:asset>/stations/<slug:code>/", views.unit, name="unit"),
    path("lines/<slug:asset>/stations/<slug:code>/raw/", views.raw, name="raw"),
    path("lines/<slug:asset>/stations/<slug:code>/intervals.csv", views.intervals_csv, name="intervals"),
]
