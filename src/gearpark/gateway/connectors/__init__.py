"""One folder a protocol: manifest, connector, configuration, diagnostics, quality checklist."""
