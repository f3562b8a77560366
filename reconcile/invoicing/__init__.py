"""Our own invoices: their numbers."""
