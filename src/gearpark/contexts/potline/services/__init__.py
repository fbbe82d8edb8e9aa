"""Writes of the potline: one transaction each, audited."""
