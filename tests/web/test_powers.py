"""Powers of attorney in the console: registered with a scan, what they release, four eyes, revoked; and files that lie."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from reconcile.problem import Refusal
from reconcile.steps import masters, second_person
from reconcile.steps.acts import Person
from reconcile.steps.run import run
from reconcile.steps.second_person import Power
from tests.steps.books import NOW, Line, one_c, policies, rows, upload
from tests.web.console import DAY, EVIL, Console, seen

IIN = "900101300017"
PDF = b"%PDF-1.7\n%scan\n"
GIVEN = {
    "reference": "POA-7", "account_number": "104582", "representative_name": "ИП Посторонний",
    "representative_tax_id": IIN, "issued_on": "2026-01-10", "valid_from": "2026-01-10", "valid_until": "2026-12-31",
    "reason": "their original lies in the safe",
}  # fmt: skip


@pytest.fixture
def held(busy: Console) -> Console:
    """Two payments that a power of Посторонний would release: one small, one above the set amount."""
    invoices = busy.folder / "invoices.csv"
    invoices.write_text(
        "invoice_number,account_number,amount,currency,issued_on\n"
        "INV-88001,104582,1200.00,KZT,2026-01-20\nINV-88002,104599,2500000.00,KZT,2026-01-20\n"
    )
    masters.import_invoices(busy.engine, invoices, actor="tester", now=NOW)
    who = "Посторонний Иван Петрович"
    lines = [
        Line(DAY, 120_000, "21", "Оплата по счету INV-88001 за ТОО Ромашка", name=who, tax_id=IIN),
        Line(DAY, 250_000_000, "22", "Оплата по счету INV-88002 за ТОО Василёк", name=who, tax_id=IIN),
    ]
    upload(busy.engine, busy.folder, "2.txt", one_c(lines, opening=0))
    run(busy.engine, as_of=NOW.date(), now=NOW, policies=policies())
    stand = rows(busy.engine, "SELECT reason FROM payment WHERE amount IN (120000, 250000000)")
    assert stand == [("power_of_attorney_missing",)] * 2
    return busy


def _given(**more: str) -> dict[str, str]:
    return {**GIVEN, "representative_name": "Посторонний Иван Петрович", **more}


def _send(console: Console, name: str, scan: bytes = PDF, file_name: str = "poa.pdf", **more: str) -> Any:
    return console.browser(name).post("/powers", _given(**more), files=[("scan", (file_name, scan))])


def _kept(console: Console) -> list[bytes]:
    folder = console.folder / "files" / "powers"
    return [path.read_bytes() for path in folder.iterdir()] if folder.exists() else []


def _id(console: Console, amount: int) -> str:
    ((found,),) = rows(console.engine, f"SELECT id FROM payment WHERE amount = {amount}")
    return str(found)


def test_what_it_would_release_is_shown_and_nothing_is_stored(held: Console) -> None:
    browser = held.browser("olga")
    answer = browser.post("/powers/releases", _given())
    assert "It releases 1 held payments" in seen(answer.text)
    assert f"/payments/{_id(held, 120_000)}" in answer.text
    part = browser.post("/powers/releases", _given(), headers={"hx-request": "true"}).text
    assert f"/payments/{_id(held, 120_000)}" in part
    assert "<html" not in part
    assert rows(held.engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]
    assert rows(held.engine, "SELECT status FROM payment WHERE amount = 120000") == [("held",)]
    assert "releases no payment" in seen(browser.post("/powers/releases", _given(valid_until="2026-01-31")).text)


def test_a_small_one_is_registered_with_its_scan_and_the_next_run_credits(held: Console) -> None:
    assert _send(held, "olga").headers["location"] == "/powers?done=registered"
    run(held.engine, as_of=NOW.date(), now=NOW, policies=policies())
    assert rows(held.engine, "SELECT status, account_number FROM payment WHERE amount = 120000") == [
        ("credited", "104582")
    ]
    assert rows(held.engine, "SELECT status FROM payment WHERE amount = 250000000") == [("held",)]
    vera = held.browser("vera")
    html = vera.get("/powers").text
    assert "POA-7" in html
    (address,) = re.findall(r"/powers/scans/[0-9a-f]{32}", html)
    scan = vera.get(address)
    assert (scan.content, scan.headers["content-type"]) == (PDF, "application/pdf")
    assert scan.headers["content-disposition"].startswith("attachment")


def test_one_that_releases_more_than_the_amount_waits_for_another_approver(held: Console) -> None:
    given = {"account_number": "104599"}
    assert _send(held, "pavel", **given).headers["location"] == "/powers?done=waits"
    assert rows(held.engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]
    again = _send(held, "olga", **given)
    assert again.status_code == 422
    assert "waits for a second person already" in seen(again.text)
    assert _kept(held) == [PDF]
    html = held.browser("petr").get("/approvals").text
    assert "would release 2,500,000.00 KZT" in seen(html).replace("\u00a0", " ")
    assert re.search(r"/powers/scans/[0-9a-f]{32}", html)
    own = held.browser("pavel").post("/approvals/1/approve", {"reason": "me"})
    assert "somebody else must approve it" in seen(own.text)
    assert held.browser("olga").post("/approvals/1/approve", {"reason": "me"}).status_code == 403
    assert rows(held.engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]
    assert held.browser("petr").post("/approvals/1/approve", {"reason": "seen it"}).status_code == 303
    assert rows(held.engine, "SELECT reference, account_number FROM power_of_attorney") == [("POA-7", "104599")]
    run(held.engine, as_of=NOW.date(), now=NOW, policies=policies())
    assert rows(held.engine, "SELECT status FROM payment WHERE amount = 250000000") == [("credited",)]


def test_a_declined_one_is_not_registered_and_may_be_proposed_again(held: Console) -> None:
    given = {"account_number": "104599"}
    _send(held, "pavel", **given)
    assert held.browser("petr").post("/approvals/1/reject", {"reason": "no signature"}).status_code == 303
    assert rows(held.engine, "SELECT outcome, decided_by FROM proposed_change") == [("rejected", "petr")]
    assert rows(held.engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]
    assert _send(held, "pavel", **given).status_code == 303


def test_the_step_itself_finds_what_is_released_and_waits_above_the_amount(held: Console) -> None:
    power = Power("POA-8", "104599", "Посторонний Иван Петрович", IIN, None, date(2026, 1, 1), date(2026, 12, 31))
    pavel = Person("pavel", "their letter", NOW)
    assert second_person.releases(held.engine, policies(), power, pavel) == [_id(held, 250_000_000)]
    outcome = second_person.register_power(held.engine, policies(), power, pavel)
    assert (outcome.done, outcome.releases) == (False, (_id(held, 250_000_000),))
    with pytest.raises(Refusal, match="somebody else must approve it"):
        second_person.approve(held.engine, policies(), 1, pavel)
    with pytest.raises(Refusal, match="no reason"):
        second_person.register_power(held.engine, policies(), power, Person("pavel", " ", NOW))


def test_who_dies_while_it_is_approved_leaves_it_waiting(held: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """The word and the act are one transaction: neither stands without the other."""
    _send(held, "pavel", account_number="104599")
    petr = Person("petr", "seen it", NOW)
    with monkeypatch.context() as dying:
        dying.setattr(second_person, "Power", _dies)
        with pytest.raises(KeyboardInterrupt):
            second_person.approve(held.engine, policies(), 1, petr)
    assert rows(held.engine, "SELECT outcome, decided_by FROM proposed_change") == [(None, None)]
    with monkeypatch.context() as dying:
        dying.setattr(second_person, "audit", _dies)
        with pytest.raises(KeyboardInterrupt):
            second_person.approve(held.engine, policies(), 1, petr)
    assert rows(held.engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]
    second_person.approve(held.engine, policies(), 1, petr)
    assert rows(held.engine, "SELECT outcome, decided_by FROM proposed_change") == [("approved", "petr")]
    assert rows(held.engine, "SELECT reference FROM power_of_attorney") == [("POA-7",)]
    with pytest.raises(Refusal, match="no longer waits"):
        second_person.approve(held.engine, policies(), 1, petr)


def _dies(*_given: object, **_more: object) -> None:
    raise KeyboardInterrupt


def test_what_expires_soon_is_said_and_a_revoked_one_releases_nothing(held: Console) -> None:
    _send(held, "olga", valid_until="2026-03-01")
    olga = held.browser("olga")
    html = olga.get("/powers").text
    assert "1 powers expire within 30 days" in seen(html)
    (power,) = re.findall(r'name="power" value="([0-9a-f]+)"', html)
    assert olga.post("/powers/revoke", {"power": power, "reason": " "}).status_code == 422
    assert olga.post("/powers/revoke", {"power": power, "on": "2026-02-01", "reason": "lost"}).status_code == 303
    run(held.engine, as_of=NOW.date(), now=NOW, policies=policies())
    assert rows(held.engine, "SELECT status FROM payment WHERE amount = 120000") == [("held",)]
    assert "revoked" in seen(olga.get("/powers").text)
    assert olga.post("/powers/revoke", {"power": "0" * 24, "reason": "so"}).status_code == 422


# --- attacks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><script>alert(1)</script>", "is no PDF, PNG or JPEG"), (b"MZ\x90", "is no PDF, PNG or JPEG"),
        (b"", "is no PDF, PNG or JPEG"), (PDF + b"0" * (10 << 20), "larger than 10 MB"),
    ],
)  # fmt: skip
def test_a_scan_that_is_none_is_refused_whatever_it_is_called(busy: Console, content: bytes, said: str) -> None:
    answer = _send(busy, "olga", content, "poa.pdf")
    assert answer.status_code == 422
    assert said in seen(answer.text)
    assert not _kept(busy)
    assert rows(busy.engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]
    assert rows(busy.engine, "SELECT count(*) FROM power_scan") == [(0,)]


@pytest.mark.parametrize("kind", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_an_image_is_taken_and_a_name_with_a_path_stays_a_name(busy: Console, kind: bytes) -> None:
    assert _send(busy, "olga", kind + b"x", f"../../{EVIL}.pdf").status_code == 303
    assert _kept(busy) == [kind + b"x"]
    html = busy.browser("olga").get("/powers").text
    assert "<script>alert" not in html
    assert "onerror=alert(2)>" not in html


def test_without_a_scan_or_with_wrong_days_nothing_is_stored_and_what_was_typed_stays(busy: Console) -> None:
    answer = busy.browser("olga").post("/powers", _given())
    assert "did not come" in seen(answer.text)
    assert 'value="POA-7"' in answer.text
    for more in ({"valid_until": "2029-01-01"}, {"account_number": "999"}, {"valid_from": ""}, {"reason": " "}):
        assert _send(busy, "olga", **more).status_code == 422
    assert not _kept(busy)
    assert rows(busy.engine, "SELECT count(*) FROM power_scan") == [(0,)]


@pytest.mark.parametrize("name", ["vera", "anna", ""])
@pytest.mark.parametrize("act", ["", "/releases", "/revoke"])
def test_who_may_not_decide_registers_and_revokes_nothing(busy: Console, name: str, act: str) -> None:
    answer = busy.browser(name).post(f"/powers{act}", _given(), files=[("scan", ("poa.pdf", PDF))])
    assert answer.status_code == (403 if name else 303)
    assert not _kept(busy)
    assert rows(busy.engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]


def test_a_scan_needs_somebody_signed_in_and_is_what_was_stored(busy: Console) -> None:
    _send(busy, "olga")
    ((id_,),) = rows(busy.engine, "SELECT id FROM power_scan")
    assert busy.browser().get(f"/powers/scans/{id_}").headers["location"] == "/sign-in"
    assert busy.browser("vera").get("/powers/scans/..%2f..%2freconcile.db").status_code == 404
    (busy.folder / "files" / "powers" / str(id_)).write_bytes(b"%PDF-other")
    answer = busy.browser("vera").get(f"/powers/scans/{id_}")
    assert answer.status_code == 422
    assert "not the one that was stored" in seen(answer.text)
