"""Transport tasks, buffers and shipping units."""
