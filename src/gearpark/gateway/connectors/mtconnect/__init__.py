"""MTConnect agent connector: probe, current and streamed samples with the standard's rules for faults."""
