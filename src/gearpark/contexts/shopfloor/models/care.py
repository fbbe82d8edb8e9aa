"""Tools, gauges, maintenance, spare parts, and calls for help."""
