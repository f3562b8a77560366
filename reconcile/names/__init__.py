"""Is this payer, or this beneficiary, the holder? Names, legal forms, scripts, inflection; who is a person, who trades.

A name never identifies anybody for certain (docs/data-model.md, 8): where two tax ids are known they alone decide, and
a name counts only where no other holder bears it. docs/names.md tells how names are compared.
"""

from reconcile.names.comparing import Likeness, NameMatch, compare, likeness
from reconcile.names.folding import KEY_VERSION, is_masked, name_key, name_prefix, with_form_ended
from reconcile.names.holder import names_holder
from reconcile.names.party import party_type

__all__ = [
    "KEY_VERSION",
    "Likeness",
    "NameMatch",
    "compare",
    "is_masked",
    "likeness",
    "name_key",
    "name_prefix",
    "names_holder",
    "party_type",
    "with_form_ended",
]
