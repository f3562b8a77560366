"""`python -m reconcile`: the command line, where no script of that name is on the path."""

from reconcile.cli import entry_point

entry_point()
