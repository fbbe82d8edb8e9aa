"""Finite planning of lines and machines: what is made where and when, and what a change would do.

Words: routing, calendar, resource, operation, order, finite schedule, due date, what-if plan.
Facts in: lines, ideal cycles, states and output from shopfloor; orders from market.
Facts out: released plan and promised dates (for shopfloor, market and supply), late orders.

This room is not built yet; nothing leans on it.
"""
