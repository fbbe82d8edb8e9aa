"""The factory's own process: connectors, journal, forwarder. No Django."""
