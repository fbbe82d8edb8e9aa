"""Event kernel over flat arrays: compiled by numba where it is installed, plain Python over lists elsewhere."""
