"""OPC UA client connector: subscriptions as wanted state, rebuilt after any fault."""
