"""The page of an invoice, as PDF. Set by Typst from `template.typ`; the same invoice gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from reconcile.invoicing.document import InvoiceToPay, page, payment_code
from reconcile.invoicing.language import Language
from reconcile.invoicing.power import PowerTemplate, power_page
from reconcile.problem import Refusal

_MASK: Final = 4
"""One of the eight patterns of a QR code. Any of them is read; weighing all eight took most of the page's time."""
_TEMPLATE: Final = Path(__file__).with_name("template.typ")


def render(invoice: InvoiceToPay, language: Language) -> bytes:
    """The PDF. Refuses where the packages that set it are not installed (the extra `pdf`)."""
    code = BytesIO()
    _code_maker().make(
        payment_code(invoice, language), error="m", encoding="utf-8", mask=_MASK, boost_error=False
    ).save(code, kind="svg", border=0, xmldecl=False, svgns=True, dark="#1f4e5f")
    return _set(page(invoice, language), code.getvalue().decode())


def render_power(template: PowerTemplate, language: Language) -> bytes:
    """The template of a power of attorney alone."""
    return _set(power_page(template, language), "")


def _set(page_: Mapping[str, Any], code: str) -> bytes:
    inputs = {"page": json.dumps(page_, ensure_ascii=False), "code": code}
    compiled = _compiler().compile(sys_inputs=inputs, format="pdf")
    assert isinstance(compiled, bytes)
    return compiled


def ready() -> None:
    """Refuses where a page could not be made."""
    _compiler()
    _code_maker()


def _missing(name: str) -> Refusal:
    return Refusal.of(f"the package {name} is not installed, so no PDF can be made", "pip install 'reconcile[pdf]'")


@cache
def _compiler() -> Any:
    """One for the process: its fonts are loaded once."""
    try:
        import typst
    except ImportError:
        raise _missing("typst") from None
    return typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), ignore_system_fonts=True)


@cache
def _code_maker() -> Any:
    try:
        import segno
    except ImportError:
        raise _missing("segno") from None
    return segno
