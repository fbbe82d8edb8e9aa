"""Line twin: what a production line will give, by simulation.

A line is a model file (``model``), turned into a plan (``plan``) and laid out in flat arrays (``arrays``). The event
kernel (``kernel``) runs it, compiled by numba where it is installed; plain serial lines go by a recursion without an
event list (``serial``). Random numbers come from streams keyed by seed and replication, entity and purpose, so that two
scenarios share them exactly.
"""
