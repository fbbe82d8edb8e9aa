"""Pages of telemetry. Each view parses, makes one call, renders."""
