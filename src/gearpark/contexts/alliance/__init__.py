"""The gear industry's technology innovation alliance: demands meet results and shared equipment.

Words: member, demand, result, shared equipment, booking, joint project, technology contract.
Facts in: organisations from registry, equipment from telemetry.
Facts out: joint projects and contracts (for statistics), bookings.

This room is not built yet; nothing leans on it.
"""
