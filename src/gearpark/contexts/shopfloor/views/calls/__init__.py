"""Pages of calls for help: board, wall, one call, statistics, types and rules; the supervisor's phone."""
