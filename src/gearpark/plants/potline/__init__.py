"""A simulated reduction line behind one OPC UA server, as the cell computers' gateway of a potroom would offer it."""

from .server import PotlineServer

__all__ = ["PotlineServer"]
