"""Routes of the quality room."""

from __future__ import annotations

from django.urls import path

from ..views import quality as views

urlpatterns = [
    path("quality/", views.cockpit, name="quality"),
    path("quality/charts/new/", views.chart_new, name="quality-chart-new"),
    path("quality/charts/<int:key>/", views.chart, name="quality-chart"),
    path("quality/charts/<int:key>/limits/", views.approve, name="quality-approve"),
    path("quality/charts/<int:key>/values/<int:sample>/", views.leave_out, name="quality-leave-out"),
    path("quality/signals/", views.signals, name="quality-signals"),
    path("quality/signals/<int:key>/close/", views.close_signal, name="quality-close"),
    path("quality/passrate/", views.passrate, name="quality-passrate"),
    path("quality/passrate/escape/", views.escape, name="quality-escape"),
    path("quality/passrate/<slug:asset>/target/", views.set_target, name="quality-target"),
    path("quality/studies/", views.studies, name="quality-studies"),
    path("quality/studies/new/", views.study_new, name="quality-study-new"),
    path("quality/studies/<int:key>/", views.study, name="quality-study"),
    path("quality/studies/<int:key>/approve/", views.study_approve, name="quality-study-approve"),
    path("quality/sampling/", views.sampling, name="quality-sampling"),
    path("quality/sampling/new/", views.scheme_new, name="quality-scheme-new"),
    path("quality/sampling/<int:key>/", views.scheme, name="quality-scheme"),
    path("quality/sampling/<int:key>/lots/", views.inspect, name="quality-inspect"),
    path("quality/sampling/<int:key>/resume/", views.resume, name="quality-resume"),
]
