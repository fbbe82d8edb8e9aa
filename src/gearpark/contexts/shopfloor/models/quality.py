"""Characteristics, measurements, control limits and studies."""
