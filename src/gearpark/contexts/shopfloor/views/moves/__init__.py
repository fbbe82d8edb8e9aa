"""Pages of logistics: parse, one call, render."""
