"""``python -m gearpark.config.potline``: the cell controller of a potline as a process of its own.

It reads the cell computers through the gateway's OPC UA connector, runs one control cycle for the whole line a second,
journals each command before it is sent, and goes on where it was after a crash. No database and no web server are needed.
"""
