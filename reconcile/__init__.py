"""Nightly reconciliation of prepaid top-ups: bank statements in, credited balances and reasons out."""

__version__ = "0.1.0"
