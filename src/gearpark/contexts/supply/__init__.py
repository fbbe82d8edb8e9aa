"""From bill of material to the ladle at the door: netting, purchasing, stock, hot-metal direct supply.

Words: bill of material, netting, purchase order, lot, stock, hot-metal dispatch, charge mix, ladle.
Facts in: orders from market, plan from planning, tapping plan from potline, consumption from shopfloor.
Facts out: shortages, goods movements, delivery advice (for market and shopfloor).

This room is not built yet; nothing leans on it.
"""
