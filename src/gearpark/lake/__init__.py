"""The historian: Delta Lake tables of observations. No Django, no MQTT."""
