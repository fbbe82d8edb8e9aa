"""Writing to machines: at most once per command, only what is allowed, and always with an honest outcome.

``done``      the machine took the value (it said so, or the value was read back)
``refused``   nothing was written, and nothing will be: the reason is in ``code`` and ``detail``
``not_done``  it was sent, no answer came, and the machine does not have the value
``unknown``   it was sent, no answer came, and the machine cannot be asked yet: ask again
``waiting``   not tried: the machine is not connected. Ask again before the deadline
"""

from .ledger import Entry, Ledger
from .order import WriteOrder, parse_order
from .writer import FINAL, Writer

__all__ = ["FINAL", "Entry", "Ledger", "WriteOrder", "Writer", "parse_order"]
