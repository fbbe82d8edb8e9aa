"""A line of cells under its controller: disturbances, crew, scenarios, scores."""
