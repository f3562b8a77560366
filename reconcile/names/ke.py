"""Legal forms of Kenya. What names the kind of body and is part of its name (SACCO, Trust, Church …) stays in the name
and stands with the marks in `party`. Trading names (`t/a`) are cut off in `folding`."""

from __future__ import annotations

from typing import Final

from reconcile.names.kinds import LegalForm, Place, company, sole_trader

FORMS: Final[tuple[LegalForm, ...]] = (
    company("Ltd", "Limited"),
    company("PLC", "Public Limited Company"),
    company("Inc", "Incorporated", "Corp", "GmbH", "Pvt Ltd", "Private Limited"),
    sole_trader(Place.ANYWHERE, "sole trader", "sole proprietor", "sole proprietorship", "individual entrepreneur"),
)
