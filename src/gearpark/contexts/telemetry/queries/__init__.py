"""Reads of telemetry: each takes a scope and returns plain types."""

from .assets import asset_changes
from .charts import DEFAULT_POINTS, MAX_RAW_ROWS, MAX_XLSX_ROWS, Window, chart, raw_page, window_of
from .commands import (
    command,
    command_form,
    command_rows,
    commands_by_source,
    commands_of,
    open_commands,
    writable,
    writable_rows,
)
from .connections import (
    config_for,
    connection,
    connection_keys,
    connections,
    gateway_names,
)
from .flow import data_flow, devices_live, series
from .jobs import job_runs, jobs_page, retention
from .latest import latest, latest_of, reader, rows_of
from .live import ask_gateway, bus_connected, gateway_health, start_live, stop_live
from .looks import look, recent_looks
from .namespace import branch, namespace_page
from .pages import (
    chart_data,
    chart_export,
    chart_page,
    connection_form,
    connection_page,
    connections_page,
    diagnostics_bundle,
    live_stream,
    look_page,
    test_connection,
    wizard_page,
)
from .saved import saved_chart, saved_charts
from .scopes import process_scope
from .stream import open_streams
from .tags import known, live_signal, search, tags_of, tags_of_assets

__all__ = [
    "DEFAULT_POINTS",
    "MAX_RAW_ROWS",
    "MAX_XLSX_ROWS",
    "Window",
    "ask_gateway",
    "asset_changes",
    "branch",
    "bus_connected",
    "chart",
    "chart_data",
    "chart_export",
    "chart_page",
    "command",
    "command_form",
    "command_rows",
    "commands_by_source",
    "commands_of",
    "config_for",
    "connection",
    "connection_form",
    "connection_keys",
    "connection_page",
    "connections",
    "connections_page",
    "data_flow",
    "devices_live",
    "diagnostics_bundle",
    "gateway_health",
    "gateway_names",
    "job_runs",
    "jobs_page",
    "known",
    "latest",
    "latest_of",
    "live_signal",
    "live_stream",
    "look",
    "look_page",
    "namespace_page",
    "open_commands",
    "open_streams",
    "process_scope",
    "raw_page",
    "reader",
    "recent_looks",
    "retention",
    "rows_of",
    "saved_chart",
    "saved_charts",
    "search",
    "series",
    "start_live",
    "stop_live",
    "tags_of",
    "tags_of_assets",
    "test_connection",
    "window_of",
    "wizard_page",
    "writable",
    "writable_rows",
]
