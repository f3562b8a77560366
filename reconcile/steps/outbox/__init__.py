"""Telling other systems of balances: each change once and in order per account, undo and return included.

`message` says what is told, `webhook` and `folder` how it leaves, `delivery` whose turn it is, `standing` how it goes.
"""
