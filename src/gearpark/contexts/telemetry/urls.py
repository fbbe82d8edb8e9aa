"""Routes of telemetry."""

from django.urls import path

from .views import chart, commands, connections, jobs, live, namespace, wizard

urlpatterns = [
    path("uns/", namespace.browser, name="uns"),
    path("uns/branch/", namespace.branch, name="uns-branch"),
    path("live/", live.live, name="live"),
    path("chart/", chart.page, name="chart"),
    path("chart/data/", chart.data, name="chart-data"),
    path("chart/find/", chart.find, name="chart-find"),
    path("chart/export/", chart.export, name="chart-export"),
    path("chart/save/", chart.save, name="chart-save"),
    path("chart/saved/<int:pk>/", chart.saved, name="chart-saved"),
    path("chart/saved/<int:pk>/remove/", chart.remove, name="chart-remove"),
    path("connections/", connections.overview, name="connections"),
    path("connections/add/", wizard.start, name="connection-add"),
    path("connections/add/<int:pk>/", wizard.look, name="connection-look"),
    path("connections/add/<int:pk>/check/", wizard.check, name="connection-check"),
    path("connections/gateways/<slug:name>/rotate/", connections.rotate, name="gateway-rotate"),
    path("connections/<slug:key>/", connections.detail, name="connection"),
    path("connections/<slug:key>/edit/", connections.edit, name="connection-edit"),
    path("connections/<slug:key>/switch/", connections.switch, name="connection-switch"),
    path("connections/<slug:key>/remove/", connections.remove, name="connection-remove"),
    path("connections/<slug:key>/restore/", connections.restore, name="connection-restore"),
    path("connections/<slug:key>/test/", connections.test, name="connection-test"),
    path("connections/<slug:key>/diagnostics/", connections.diagnostics, name="connection-diagnostics"),
    path("connections/<slug:key>/writable/", commands.writable, name="connection-writable"),
    path("commands/", commands.overview, name="commands"),
    path("commands/new/", commands.give, name="command-new"),
    path("commands/<uuid:key>/", commands.detail, name="command"),
    path("commands/<uuid:key>/withdraw/", commands.withdraw, name="command-withdraw"),
    path("jobs/", jobs.overview, name="jobs"),
    path("jobs/<slug:job>/run/", jobs.run_now, name="job-run"),
]
