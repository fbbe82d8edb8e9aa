"""Ground floor: words every other floor uses. Standard library only."""
