"""Routes of the potline."""

from __future__ import annotations

from django.urls import path

from .views import alarms, campaigns, cell, estimates, map, plans, report, stock, targets, work

app_name = "potline"
urlpatterns = [
    path("potline/", map.front, name="front"),
    path("potline/new/", targets.new, name="new"),
    path("potline/<str:potline_code>/", map.line_map, name="map"),
    path("potline/<str:potline_code>/mode/", cell.mode, name="mode"),
    path("potline/<str:potline_code>/alarms/", alarms.alarm_list, name="alarms"),
    path("potline/<str:potline_code>/alarms/seen/", alarms.seen, name="seen"),
    path("potline/<str:potline_code>/report/", report.report, name="report"),
    path("potline/<str:potline_code>/plan/", plans.plan_list, name="plans"),
    path("potline/<str:potline_code>/plan/new/", plans.new, name="plan-new"),
    path("potline/<str:potline_code>/plan/<int:plan_id>/", plans.plan, name="plan"),
    path("potline/<str:potline_code>/plan/<int:plan_id>/do/", plans.do, name="plan-do"),
    path("potline/<str:potline_code>/work/", work.board, name="work"),
    path("potline/<str:potline_code>/work/<int:work_id>/do/", work.do, name="work-do"),
    path("potline/<str:potline_code>/stock/", stock.board, name="stock"),
    path("potline/<str:potline_code>/stock/new/", stock.new, name="silo-new"),
    path("potline/<str:potline_code>/stock/filled/", stock.filled, name="filled"),
    path("potline/<str:potline_code>/stock/<int:silo_id>/enter/", stock.enter, name="stock-enter"),
    path("potline/<str:potline_code>/estimates/", estimates.estimates, name="estimates"),
    path("potline/<str:potline_code>/targets/", targets.targets, name="targets"),
    path("potline/<str:potline_code>/set-points/", campaigns.campaign_list, name="campaigns"),
    path("potline/<str:potline_code>/set-points/new/", campaigns.new, name="campaign-new"),
    path("potline/<str:potline_code>/set-points/<int:campaign_id>/", campaigns.campaign, name="campaign"),
    path("potline/<str:potline_code>/set-points/<int:campaign_id>/do/", campaigns.do, name="campaign-do"),
    path("potline/<str:potline_code>/cells/<int:cell_number>/", cell.cell, name="cell"),
]
