"""A synthetic world that looks like a working night: customers, invoices, statements, and the outcome of each entry.

Its names and phrases are written apart from the reader's lexicon, so that it can surprise the reader; it must never
import `reconcile.purpose` or `reconcile.names`. The expected outcome of an entry follows from how its case was built.
"""
