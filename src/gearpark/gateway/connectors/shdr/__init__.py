"""SHDR connector: the plain text lines of MTConnect adapters, straight from the adapter's socket."""
