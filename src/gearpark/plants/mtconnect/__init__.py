"""Recorded machine tools on the wire: an MTConnect agent over HTTP and an SHDR adapter over TCP."""

from .adapter import Adapter
from .agent import Agent
from .recordings import Player, Recording, recordings

__all__ = ["Adapter", "Agent", "Player", "Recording", "recordings"]
