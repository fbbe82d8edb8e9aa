"""Writes of calls for help: one transaction each, audited and told."""
