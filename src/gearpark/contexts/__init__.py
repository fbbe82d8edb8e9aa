"""The twelve rooms, ground to top."""
