"""`reconcile invoice` and `reconcile mail`, as a person or a script calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from reconcile.cli import main
from tests.servers import free_port
from tests.steps.invoicing_books import books_with_customers
from tests.steps.test_mail import Postbox


@pytest.fixture(autouse=True)
def _books(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books_with_customers(sqlite_url, tmp_path).dispose()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("RECONCILE_ACTOR", "tester")


def test_issue_writes_a_page_and_says_what_to_pay(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["invoice", "issue", "104582", "150000.00", "--pdf", "invoice.pdf"]) == 0
    out = capsys.readouterr().out
    assert "invoice BK-" in out
    assert "purpose: Оплата по счёту № BK-" in out
    assert Path("invoice.pdf").read_bytes().startswith(b"%PDF")
    assert main(["--json", "invoice", "issue", "104582", "7.50", "--language", "en", "--key", "order-1"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["amount"], said["currency"], said["new"]) == ("7.50", "KZT", True)
    assert main(["--json", "invoice", "list", "--open"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["invoice", "pdf", said["invoice_number"], "-o", "again.pdf"]) == 0
    assert main(["invoice", "cancel", said["invoice_number"], "--reason", "wrong amount"]) == 0


def test_what_cannot_be_done_is_refused_before_anything_is_issued(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["invoice", "issue", "104582", "1.00", "--pdf", "nowhere/invoice.pdf"]) == 2
    assert main(["invoice", "issue", "104582", "1.00", "--email"]) == 2
    assert main(["invoice", "issue", "104582", "abc"]) == 2
    assert main(["invoice", "pdf", "X-1", "-o", "x.pdf"]) == 2
    said = capsys.readouterr().err
    assert "there is no folder 'nowhere'" in said
    assert "set RECONCILE_SMTP_URL and RECONCILE_MAIL_FROM" in said
    assert "no invoice 'X-1' was issued here" in said
    assert main(["--json", "invoice", "list"]) == 0
    assert capsys.readouterr().out == ""


def test_an_invoice_goes_by_mail_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    box, port = Postbox(), free_port()
    monkeypatch.setenv("RECONCILE_SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("RECONCILE_MAIL_FROM", "invoices@example.org")
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert main(["--json", "invoice", "issue", "104582", "150000.00", "--email"]) == 0
        number = json.loads(capsys.readouterr().out)["invoice_number"]
        assert main(["invoice", "send", number]) == 0
        assert "sent, or waits to be sent, already" in capsys.readouterr().out
        assert main(["invoice", "issue", "104583", "1.00", "--email"]) == 2
        assert "account 104583 has no e-mail address" in capsys.readouterr().err
        assert main(["--json", "invoice", "list"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1
        assert main(["--json", "mail", "send"]) == 0
        assert main(["--json", "mail", "list"]) == 0
        assert '"state": "sent"' in capsys.readouterr().out
    finally:
        controller.stop()
    (message,) = box.taken
    assert message["To"] == "pay@example.org"
    assert [part.get_filename() for part in message.iter_attachments()] == [f"{number}.pdf"]
