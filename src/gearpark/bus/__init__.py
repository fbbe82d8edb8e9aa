"""MQTT and Sparkplug B: what gateway, historian process and web share."""
