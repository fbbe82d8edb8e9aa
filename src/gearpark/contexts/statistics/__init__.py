"""Statistics: what the park knows of itself, on one screen and, later, in its returns.

Built so far: the overview (home page) and the wall screen, which show the zone as a drawn map, firms by state, lines
live, today's figures, alarms and the health of the data flow.

Words. *Overview*: one reading of the whole park at one instant, for one scope. *Lamp*: a line on the map, lit by its
state. *Part*: a piece of the page that is drawn again when its facts change. Figures come from the rooms below
through their doors; this room keeps none of its own, so nothing here can differ from the page it opens to.

Not built yet: returns, indicators, high-tech and zone scorecards.
Events in: none. Events out: none.
"""
