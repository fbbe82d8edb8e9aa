"""The cell: its state as one record, a 1 s step for electricity and mass, a 10 s step for heat, ledge and fluoride."""
