"""What became what: materials, tools, gauges, programs, people and process values behind every serial."""
