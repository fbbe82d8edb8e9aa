"""Routes of tools, gauges, maintenance, spare parts and machines."""

from __future__ import annotations

from django.urls import path

from ..views.care import gauges, jobs, landing, machines, plans, spares, tools

urlpatterns = [
    path("care/", landing.landing, name="care"),
    path("care/changes/", landing.changes, name="changes"),
    path("care/changes/<slug:asset>/", landing.changes, name="line-changes"),
    path("care/tools/", tools.tool_list, name="tools"),
    path("care/tools/new/", tools.tool_edit, name="tool-new"),
    path("care/tools/kinds/", tools.class_list, name="tool-classes"),
    path("care/tools/kinds/new/", tools.class_edit, name="tool-class-new"),
    path("care/tools/kinds/<int:key>/", tools.tool_class, name="tool-class"),
    path("care/tools/kinds/<int:key>/edit/", tools.class_edit, name="tool-class-edit"),
    path("care/tools/<int:key>/", tools.tool, name="tool"),
    path("care/tools/<int:key>/edit/", tools.tool_edit, name="tool-edit"),
    path("care/tools/<int:key>/do/", tools.tool_do, name="tool-do"),
    path("care/gauges/", gauges.gauge_list, name="gauges"),
    path("care/gauges/new/", gauges.gauge_edit, name="gauge-new"),
    path("care/gauges/kinds/", gauges.class_list, name="gauge-classes"),
    path("care/gauges/kinds/new/", gauges.class_edit, name="gauge-class-new"),
    path("care/gauges/kinds/<int:key>/", gauges.class_edit, name="gauge-class"),
    path("care/gauges/<int:key>/", gauges.gauge, name="gauge"),
    path("care/gauges/<int:key>/edit/", gauges.gauge_edit, name="gauge-edit"),
    path("care/gauges/<int:key>/calibrate/", gauges.gauge_check, name="gauge-check"),
    path("care/gauges/<int:key>/do/", gauges.gauge_do, name="gauge-do"),
    path("care/plans/", plans.plan_list, name="care-plans"),
    path("care/plans/new/", plans.plan_edit, name="care-plan-new"),
    path("care/plans/<int:key>/", plans.plan, name="care-plan"),
    path("care/plans/<int:key>/edit/", plans.plan_edit, name="care-plan-edit"),
    path("care/zones/", plans.zones, name="zones"),
    path("care/orders/", jobs.job_list, name="jobs"),
    path("care/orders/board/", jobs.board, name="job-board"),
    path("care/orders/calendar/", jobs.calendar, name="job-calendar"),
    path("care/orders/new/", jobs.job_new, name="job-new"),
    path("care/orders/from-alarm/", jobs.job_from_alarm, name="job-from-alarm"),
    path("care/orders/<slug:number>/", jobs.job, name="job"),
    path("care/orders/<slug:number>/do/", jobs.job_do, name="job-do"),
    path("care/spares/", spares.spare_list, name="spares"),
    path("care/spares/new/", spares.spare_edit, name="spare-new"),
    path("care/spares/<int:key>/", spares.spare, name="spare"),
    path("care/spares/<int:key>/edit/", spares.spare_edit, name="spare-edit"),
    path("care/spares/<int:key>/do/", spares.spare_do, name="spare-do"),
    path("care/machines/", machines.machine_list, name="machines"),
    path("care/machines/<slug:asset>/", machines.machine, name="machine"),
    path("care/machines/<slug:asset>/events.csv", machines.machine_csv, name="machine-csv"),
    path("care/machines/<slug:asset>/swap/", machines.machine_swap, name="machine-swap"),
    path("care/files/<int:key>/", gauges.file, name="care-file"),
]
