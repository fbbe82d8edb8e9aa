"""Writes of the twin."""
