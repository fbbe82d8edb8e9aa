"""Pure numbers: no I/O, no Django; every engine is tested against reference tables."""
