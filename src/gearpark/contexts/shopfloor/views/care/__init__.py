"""Pages of care: tools, gauges, maintenance, spare parts, machines."""
