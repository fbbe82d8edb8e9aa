"""Reads of orders and work."""
