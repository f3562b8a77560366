"""The command line's verbs, a module a group; each becomes one step of `reconcile.steps`."""
