"""The park's project library and its chains: who comes next, where and why.

Words: project, stage, agreed and paid-in amount, plot, chain node, gap, target.
Facts in: firms and plots from registry, chain data.
Facts out: signed and started projects (for statistics), plot reservations (for registry).

This room is not built yet; nothing leans on it.
"""
