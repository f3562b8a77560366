"""Lump sums of processing centres, aggregators and operators, tied to the payments through gateways that they pay out.

A lump sum is never a customer's credit. What its statement line names decides; else whole days of one merchant that make
exactly the sum; else it stays unmatched. A difference is an alert that says, to the last minor unit, what is missing on
which side; when the missing row is imported, or a fee corrected, the next run takes it up and closes the alert.
"""

from reconcile.steps.settlement.lumps import settle

__all__ = ["settle"]
