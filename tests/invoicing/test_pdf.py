"""The page of an invoice: one that a finance person would send. What is looked at here is its text and its size."""

from __future__ import annotations

import builtins
from io import BytesIO

import pytest
from pypdf import PdfReader

from reconcile.books import HolderType
from reconcile.invoicing import pdf
from reconcile.invoicing.document import purpose, third_party_purpose
from reconcile.invoicing.language import LANGUAGES, language
from reconcile.problem import Refusal
from tests.invoicing.test_language import to_pay


def _text(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages)


def _pages(data: bytes) -> int:
    return len(PdfReader(BytesIO(data)).pages)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_says_everything_in_its_language(code: str) -> None:
    invoice, words = to_pay(), language(code)
    data = pdf.render(invoice, words)
    assert data.startswith(b"%PDF")
    text = _text(data)
    for said in (
        invoice.number, invoice.recipient.name, invoice.recipient.bank_account, invoice.recipient.bic,
        invoice.payer.name, invoice.payer.tax_id, purpose(invoice, words), third_party_purpose(invoice, words),
        words.texts["no_change"], words.in_words(invoice.amount, invoice.currency),
    ):  # fmt: skip
        assert " ".join(said.split()) in text, said


def test_the_template_of_a_power_of_attorney_has_a_page_of_its_own_where_the_country_has_the_rule() -> None:
    assert _pages(pdf.render(to_pay(), language("ru"))) == 2
    assert _pages(pdf.render(to_pay(powers=False), language("ru"))) == 1
    assert _pages(pdf.render(to_pay(kind=HolderType.INDIVIDUAL), language("ru"))) == 1


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert pdf.render(to_pay(), language("en")) == pdf.render(to_pay(), language("en"))


@pytest.mark.parametrize(
    "name", ["А" * 140, 'Quote "and" #markup $x$ *bold* _it_ @ref <tag> \\n [b] `c` //', "ТОО «Ә ң ғ ү ұ қ ө һ і»"]
)
def test_a_name_is_text_and_never_markup(name: str) -> None:
    assert " ".join(name.split())[:60] in _text(pdf.render(to_pay(name), language("ru"))).replace("- ", "")


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def no_typst(name: str, *given: object, **more: object) -> object:
        if name == "typst":
            raise ImportError(name)
        return real(name, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", no_typst)
    pdf._compiler.cache_clear()
    with pytest.raises(Refusal, match=r"the package typst is not installed, .* pip install 'reconcile\[pdf\]'"):
        pdf.ready()
    monkeypatch.undo()
    pdf.ready()
