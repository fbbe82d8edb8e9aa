"""Pages of the potline."""
