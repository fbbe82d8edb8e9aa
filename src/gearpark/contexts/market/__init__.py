"""Trading platforms on one engine: gears, new-energy vehicle parts, transport aluminium.

Words: mall, offer, typed attribute, finding, request for quotation, quotation, award, order, stage, custodian, deal room.
Facts in: parts that leave their route, from shopfloor (``SerialDone``), for the progress of linked orders.
Facts out: ``OrderPlaced``, ``OrderMoved`` (for statistics and, later, supply).
"""
