"""Trading platforms on one engine: gears, new-energy vehicle parts, transport aluminium.

Words: mall, offer, typed attribute, request for quotation, quotation, award, contract, auction, settlement.
Facts in: organisations and verification from registry; lead times and production progress from shopfloor by consent.
Facts out: orders and call-offs (for supply), trade figures (for statistics).

This room is not built yet; nothing leans on it.
"""
