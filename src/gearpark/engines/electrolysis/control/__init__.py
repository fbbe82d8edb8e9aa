"""The cell controller: one pure cycle a second for the whole line, from measurements to commands."""
