"""A few driverless vehicles that speak VDA 5050 over the bus, for the demo and the tests.

They know nothing of the shop but what their orders say: they drive from node to node, pick and drop where an order
tells them, charge on their parking place, and tell their state as the standard asks. What stands on a place is known
to whoever gives the orders.
"""

from .fleet import Fleet
from .vehicle import Said, SimVehicle

__all__ = ["Fleet", "Said", "SimVehicle"]
