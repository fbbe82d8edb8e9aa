"""Aluminium reduction cells: voltage, bath, a cell model in seconds, the controller of a line, and both together.

``bath``, ``voltage``, ``efficiency`` hold the equations, ``cell`` steps them for many cells, ``control``
is the controller, ``sim`` runs a line of cells under it. Constants stand in open parameter files under ``data``.
"""
