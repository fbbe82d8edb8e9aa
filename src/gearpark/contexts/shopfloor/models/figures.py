"""What people add to figures (reasons of stops, notes of a shift) and which figures were published."""
