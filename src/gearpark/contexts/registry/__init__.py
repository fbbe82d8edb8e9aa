"""Registry: who and what the park is made of. The ground room; every other context leans on it.

Words. An *organisation* is a firm, the park administration, a university, a bank...; its slug is the name under which
all its rows are kept. A *person* signs in; a *membership* gives the person a *role* in one organisation; a role is a
set of *rights*. The *zone* has three *groups* (districts) of *plots*; a firm belongs to a *cluster* of the "4+1" and
walks through a *life cycle*: signed, building, producing, above size, left. An *asset* is a node of the ISA-95 tree
firm / site / area / line / unit: its id never changes, its path may.

Events out: ``FirmStateChanged``, ``AssetsChanged``. Events in: none.
"""
