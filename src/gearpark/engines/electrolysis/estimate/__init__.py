"""What cannot be measured of a cell while it works, estimated from what can, each with its uncertainty.

Arrays over the cells of a line; a step takes what was measured since the last one. Nothing here commands anything.
"""
