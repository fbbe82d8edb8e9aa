"""The park keeps its memory and its nerve: backup, recovery drills, probes, audit.

Words: backup, restore drill, recovery point and recovery time, probe, finding, protection level.
Facts in: audit records of every room, process states of the supervisor.
Facts out: drill results and findings (for statistics).

This room is not built yet; nothing leans on it.
"""
