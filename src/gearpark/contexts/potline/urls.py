"""Routes of the potline."""

from __future__ import annotations

from django.urls import path

from .views import alarms, cell, map, report, targets

app_name = "potline"
urlpatterns = [
    path("potline/", map.front, name="front"),
    path("potline/new/", targets.new, name="new"),
    path("potline/<str:code>/", map.line_map, name="map"),
    path("potline/<str:code>/mode/", cell.mode, name="mode"),
    path("potline/<str:code>/alarms/", alarms.alarm_list, name="alarms"),
    path("potline/<str:code>/alarms/seen/", alarms.seen, name="seen"),
    path("potline/<str:code>/report/", report.report, name="report"),
    path("potline/<str:code>/targets/", targets.targets, name="targets"),
    path("potline/<str:code>/cells/<int:number>/", cell.cell, name="cell"),
]
