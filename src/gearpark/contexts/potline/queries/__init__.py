"""Reads of the potline."""
