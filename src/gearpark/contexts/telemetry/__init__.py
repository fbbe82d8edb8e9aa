"""Telemetry: from a machine's socket to a named value on a page.

Purpose  Know every signal of every machine by one stable tag (``<asset>/<signal>``), say where it comes from, show its
         newest value with an honest quality, and open its history from a year down to a second.

Words    Tag: one signal of one asset. Connection: one endpoint (OPC UA server, MTConnect agent, SHDR adapter) that a
         gateway keeps open. Gateway: the process at the factory that reads machines into its journal. Proposal: what
         a gateway found at an address, not yet wanted. Wanted configuration: what a gateway pulls from here.
         Command: one value to be written to a machine, for a signal that is on its connection's list of writable ones.
         Quality: good, uncertain, bad, stale. Stale is decided by age at reading time and never stored.

Out      ``ConnectionChanged`` (a gateway's wanted configuration has a new revision), ``CommandEnded`` (what became of a
         value that was to be written).
In       Assets come from the registry; points come from the lake and from the bus. Nothing here re-stamps a value:
         "latest" means newest source time.
"""
