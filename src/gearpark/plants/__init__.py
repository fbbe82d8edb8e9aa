"""Simulated factories that speak the real protocols; what the demo and the tests connect to."""
