"""UBL 2.1 documents: orders and invoices with their totals."""

from .documents import Document, Line, Party, Totals, invoice_xml, order_xml, totals

__all__ = ["Document", "Line", "Party", "Totals", "invoice_xml", "order_xml", "totals"]
