"""Background work of the shop floor, one module a slice; the Procrastinate worker finds these."""
