"""Bank statements of every format, read into `reconcile.statement` values."""
