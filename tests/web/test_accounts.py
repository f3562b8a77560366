"""Accounts in the console: found without a word of it in an address, their history, an invoice issued once with its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.steps.books import rows
from tests.steps.invoicing_books import books_with_customers
from tests.web.console import Console, add_users, seen


@pytest.fixture
def customers(tmp_path: Path) -> Console:
    engine = books_with_customers(f"sqlite:///{tmp_path / 'reconcile.db'}", tmp_path)
    add_users(engine)
    return Console(engine, tmp_path)


def _open(console: Console, number: str, name: str = "olga") -> str:
    answer = console.browser(name).post("/accounts/search", {"text": number})
    return str(answer.headers["location"])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("104582", "104582"), ("971240001315", "104582"), ("ромашка", "104582"), ("Romashka partnery", "104582"),
        ("Иванов", "104583"), ("Ziyo", "205002"), ("00104583", "104583"),
    ],
)  # fmt: skip
def test_one_that_fits_is_opened_and_its_address_says_nothing(customers: Console, text: str, number: str) -> None:
    address = _open(customers, text, "vera")
    assert re.fullmatch(r"/accounts/[0-9a-f]{24}", address)
    assert f"Account {number}" in seen(customers.browser("vera").get(address).text)


def test_several_are_listed_and_nothing_is_said_to_fit_nothing(customers: Console) -> None:
    browser = customers.browser("vera")
    address = browser.post("/accounts/search", {"text": "о"}).headers["location"]
    assert re.fullmatch(r"/accounts\?f=[0-9a-f]{24}", address)
    words = seen(browser.get(address).text)
    assert "104582" in words
    assert "104584" in words
    for nothing in ("%", "_", "no such holder", "' OR 1=1 --"):
        assert "Nothing fits" in seen(
            browser.get(browser.post("/accounts/search", {"text": nothing}).headers["location"]).text
        )
    assert browser.post("/accounts/search", {"text": " "}).headers["location"] == "/accounts"
    assert browser.get(f"/queue?{address.partition('?')[2]}").status_code == 200


def test_an_invoice_is_issued_once_and_has_its_page(customers: Console) -> None:
    browser = customers.browser("olga")
    address = _open(customers, "104582")
    given = {"amount": "150 000,50", "language": "en", "key": "a1"}
    first, second = (browser.post(f"{address}/invoices", given) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    ((number, amount),) = rows(customers.engine, "SELECT number, amount FROM invoice")
    assert amount == 15_000_050
    html = browser.get(first.headers["location"]).text
    assert f"Invoice {number} is issued" in seen(html)
    assert "150 000,50 KZT 150 000,50 KZT open" in seen(html).replace("\u00a0", " ")
    (page,) = set(re.findall(r"/invoices/[0-9a-f]{24}\.pdf", html))
    pdf = customers.browser("vera").get(page)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert customers.browser().get(page).headers["location"] == "/sign-in"
    assert _open(customers, str(number)) == address


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"amount": "0"}, "write an amount above zero"), ({"amount": "1,500.00"}, "is not a plain decimal"),
        ({"amount": "5", "expires_on": "2020-01-01"}, "would expire"), ({"amount": ""}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_issued_is_said_and_nothing_is_stored(
    customers: Console, given: dict[str, str], said: str
) -> None:
    answer = customers.browser("olga").post(f"{_open(customers, '104582')}/invoices", given)
    assert answer.status_code == 422
    assert said in seen(answer.text)
    assert rows(customers.engine, "SELECT count(*) FROM invoice") == [(0,)]


@pytest.mark.parametrize("name", ["vera", "anna"])
def test_who_may_not_decide_issues_nothing(customers: Console, name: str) -> None:
    address = _open(customers, "104582", name)
    assert customers.browser(name).post(f"{address}/invoices", {"amount": "5"}).status_code == 403
    assert "Issue an invoice" not in customers.browser(name).get(address).text
    assert rows(customers.engine, "SELECT count(*) FROM invoice") == [(0,)]


@pytest.mark.parametrize("address", ["/accounts/104582", "/accounts/..%2f..", "/invoices/INV-1.pdf", "/accounts/0"])
def test_a_made_up_address_leads_nowhere(customers: Console, address: str) -> None:
    assert customers.browser("olga").get(address).status_code == 404


def test_the_queue_leads_to_the_account_which_tells_what_became_of_each_payment(busy: Console) -> None:
    browser = busy.browser("olga")
    ((payment,),) = rows(busy.engine, "SELECT id FROM payment WHERE amount = 150000")
    (address, *_) = re.findall(r"/accounts/[0-9a-f]{24}", browser.get(f"/queue/{payment}").text)
    browser.post(f"/payments/{payment}/credit", {"account": "104582", "invoice": "INV-77001", "reason": "they wrote"})
    html = browser.get(address).text
    words = seen(html).replace("\u00a0", " ")
    assert "1 500,00 KZT Balance" in words
    assert f"/payments/{payment}" in html
    assert "bank transfer" in words
    assert re.search(r"INV-77001 .{1,40} 1 500,00 KZT 0,00 KZT", words)
    assert browser.get(f"{address}?after=zz").status_code == 404


def test_a_holders_name_is_shown_and_never_run(busy: Console) -> None:
    browser = busy.browser("vera")
    html = browser.get(_open(busy, "104600", "vera")).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
