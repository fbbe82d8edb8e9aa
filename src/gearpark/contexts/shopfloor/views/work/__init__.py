"""Pages of orders and work: parse, one call, render."""
