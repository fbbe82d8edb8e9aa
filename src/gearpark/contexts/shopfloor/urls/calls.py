"""Routes of calls for help and of the supervisor's phone."""

from __future__ import annotations

from django.urls import path

from ..views.calls import board, setup, stats, supervisor

urlpatterns = [
    path("calls/", board.board, name="calls"),
    path("calls/part/", board.board_part, name="calls-part"),
    path("calls/line/<slug:asset>/", board.board, name="line-calls"),
    path("calls/wall/", board.wall, name="calls-wall"),
    path("calls/wall/<slug:asset>/", board.wall, name="line-calls-wall"),
    path("calls/raise/", board.raise_call, name="call-raise"),
    path("calls/list/", board.call_list, name="call-list"),
    path("calls/stats/", stats.stats, name="call-stats"),
    path("calls/types/", setup.types, name="call-types"),
    path("calls/types/new/", setup.type_edit, name="call-type-new"),
    path("calls/types/rules/", setup.rule, name="call-rule"),
    path("calls/types/<int:key>/", setup.type_edit, name="call-type"),
    path("calls/types/<int:key>/reason/", setup.reason, name="call-reason"),
    path("calls/<int:key>/", board.call, name="call"),
    path("calls/<int:key>/do/", board.call_do, name="call-do"),
    path("supervisor/", supervisor.supervisor, name="supervisor"),
    path("supervisor/part/", supervisor.part, name="supervisor-part"),
    path("supervisor/<slug:asset>/book/", supervisor.book, name="supervisor-book"),
]
