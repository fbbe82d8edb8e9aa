"""What people send to the market."""
