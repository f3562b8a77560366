"""The payment purpose, read: what a payer typed, as typed spans over the original characters."""
