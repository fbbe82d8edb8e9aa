"""Design system: templates, tags, one chart element, vendored assets."""
