"""The template of a power of attorney by itself: for a holder whose payment waits for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.invoicing.language import Language


@dataclass(frozen=True, slots=True)
class PowerTemplate:
    """Whose power it is, before whom, and for which personal account."""

    account_number: str
    country: str
    holder_name: str
    holder_tax_id: str
    recipient: str


def power_page(template: PowerTemplate, language: Language) -> Mapping[str, Any]:
    """What `template.typ` sets for the power alone."""
    label = language.tax_label.get(template.country, "")
    filled = {
        "holder": template.holder_name,
        "tax_label": label,
        "tax_id": template.holder_tax_id or "—",
        "recipient": template.recipient or "________________________________",
        "account": template.account_number,
    }
    texts = {key: value.format(**filled) for key, value in language.texts.items() if key.startswith("power_")}
    texts |= {"title": texts["power_title"], "page": texts["power_title"]}
    return {"language": language.code, "texts": texts, "power": True, "power_alone": True}
