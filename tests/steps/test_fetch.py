"""Fetching from a real SFTP server and a real IMAP server: once, whole, and only from whom the settings name."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import paramiko
import pytest
from sqlalchemy import Engine

from reconcile import settings
from reconcile.problem import Refusal
from reconcile.sources import ImapSource, SftpSource
from reconcile.steps import fetch as fetching
from reconcile.steps.fetch import Fetched, Fetching, fetch_all
from reconcile.steps.inbox import Intake, ingest_inbox
from tests.steps.books import NOW, open_books, policies, rows
from tests.steps.mailbox import Mailbox, certificate
from tests.steps.sftp_server import SftpServer
from tests.steps.test_inbox import content, know, lying

BANK = "statements@bank.example"


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_books(database_url)


@pytest.fixture
def this(engine: Engine, tmp_path: Path) -> Fetching:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return Fetching(engine, inbox, NOW, 1 << 20, wait=lambda seconds: None)


def one(this: Fetching, source: SftpSource | ImapSource) -> Fetched:
    [done] = fetch_all(this, (source,))
    return done


def alerts(this: Fetching) -> list[tuple[object, ...]]:
    return rows(this.engine, "SELECT kind, text FROM alert WHERE closed_at IS NULL ORDER BY kind, text")


# --- SFTP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[SftpServer]:
    folder = tmp_path / "bank"
    (folder / "out").mkdir(parents=True)
    with SftpServer(folder) as server:
        yield server


@pytest.fixture
def sftp(bank: SftpServer, tmp_path: Path) -> SftpSource:
    known = bank.known_hosts(tmp_path / "known_hosts")
    return SftpSource("sftp-bank", "127.0.0.1", "statements", known, bank.port, "right", folder="out")


def test_a_file_of_the_server_is_taken_once_and_goes_the_way_of_the_inbox(
    this: Fetching, bank: SftpServer, sftp: SftpSource
) -> None:
    (bank.folder / "out" / "day.txt").write_bytes(content())
    (bank.folder / "out" / "deeper").mkdir()
    (bank.folder / "out" / "next.txt.part").write_bytes(b"under way")
    (bank.folder / "out" / ".hidden").write_bytes(b"x")
    assert one(this, sftp) == Fetched("sftp-bank", ("day.txt",))
    assert one(this, sftp) == Fetched("sftp-bank")
    assert bank.opened == ["day.txt"]
    assert this.inbox is not None and lying(this.inbox) == {"sftp-bank/day.txt"}
    assert (this.inbox / "sftp-bank" / "day.txt").read_bytes() == content()
    know(this.engine)
    taken = ingest_inbox(Intake(this.engine, this.inbox, policies(), NOW, wait=lambda seconds: None))
    assert [(each.bank_account, each.new) for each in taken.statements] == [("KZ687220000000000003", 1)]
    assert rows(this.engine, "SELECT actor FROM audit_log WHERE act = 'ingest'") == [("inbox sftp-bank",)]
    assert (bank.folder / "out" / "day.txt").exists()


def test_another_content_under_the_same_name_is_another_file(this: Fetching, bank: SftpServer, sftp: SftpSource) -> None:
    (bank.folder / "out" / "day.txt").write_bytes(b"one")
    one(this, sftp)
    (bank.folder / "out" / "day.txt").write_bytes(b"two, longer")
    assert one(this, sftp).files == ("day.2.txt",)


def test_what_grows_between_two_looks_waits(this: Fetching, bank: SftpServer, sftp: SftpSource) -> None:
    path = bank.folder / "out" / "day.txt"
    path.write_bytes(b"half")

    def grow(seconds: float) -> None:
        path.write_bytes(b"half and the rest")

    assert one(replace(this, wait=grow), sftp).files == ()
    assert one(this, sftp).files == ("day.txt",)


def test_what_grows_while_it_is_read_leaves_nothing_behind(this: Fetching, bank: SftpServer, sftp: SftpSource) -> None:
    path = bank.folder / "out" / "day.txt"
    path.write_bytes(b"half")

    taken = fetching._complete

    def late(*args: object) -> object:
        found = taken(*args)  # type: ignore[arg-type]
        path.write_bytes(b"half and the rest")
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "_complete", late)
        done = one(this, sftp)
    assert "another size than a moment ago" in done.fault and done.files == ()
    assert this.inbox is not None and lying(this.inbox) == set()
    assert one(this, sftp).files == ("day.txt",)
    assert lying(this.inbox) == {"sftp-bank/day.txt"}


def test_a_server_whose_key_is_not_known_gets_no_password(
    this: Fetching, bank: SftpServer, sftp: SftpSource, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.write_text("")
    done = one(this, replace(sftp, known_hosts=empty))
    assert "the key of the server 127.0.0.1 is not in" in done.fault
    other = bank.known_hosts(tmp_path / "other", paramiko.ECDSAKey.generate())
    assert "shows another key than the one in" in one(this, replace(sftp, known_hosts=other)).fault
    assert "no such file" in one(this, replace(sftp, known_hosts=tmp_path / "nowhere")).fault.lower()
    assert bank.offered_passwords == []


def test_a_failure_is_an_alert_until_the_server_is_reached(this: Fetching, bank: SftpServer, sftp: SftpSource) -> None:
    done = one(this, replace(sftp, password="wrong"))
    assert "does not accept the user statements with this key or password" in done.fault
    assert [kind for kind, _ in alerts(this)] == ["fetch_failed"]
    assert "wrong" not in str(alerts(this))
    one(this, sftp)
    assert alerts(this) == []
    assert "cannot be read" in one(this, replace(sftp, folder="nowhere")).fault


def test_a_server_that_is_away_is_tried_again(this: Fetching, sftp: SftpSource) -> None:
    assert "is away" in one(this, replace(sftp, port=1)).fault


def test_a_private_key_instead_of_a_password(
    this: Fetching, bank: SftpServer, sftp: SftpSource, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    bank.user_key.write_private_key_file(str(key), password="for the file")
    (bank.folder / "out" / "day.txt").write_bytes(b"x")
    given = replace(sftp, password="", key=key, key_password="for the file")
    assert one(this, given).files == ("day.txt",)
    assert "there is no such key file" in one(this, replace(given, key=tmp_path / "none")).fault


def test_the_pattern_and_the_limit(this: Fetching, bank: SftpServer, sftp: SftpSource) -> None:
    for name in ("a.xml", "b.TXT", "c.pdf"):
        (bank.folder / "out" / name).write_bytes(b"12345678")
    given = replace(sftp, patterns=("*.txt", "*.xml"))
    done = one(replace(this, max_bytes=5), given)
    assert (done.files, done.refused) == ((), ("a.xml", "b.TXT"))
    assert [kind for kind, _ in alerts(this)] == ["file_refused", "file_refused"]
    assert one(this, given) == Fetched("sftp-bank")


def test_what_was_fetched_is_deleted_only_where_the_settings_say_so(
    this: Fetching, bank: SftpServer, sftp: SftpSource
) -> None:
    (bank.folder / "out" / "day.txt").write_bytes(b"x")
    assert one(this, replace(sftp, delete=True)).files == ("day.txt",)
    assert not (bank.folder / "out" / "day.txt").exists()


def test_a_name_from_the_server_is_no_path(this: Fetching, bank: SftpServer, sftp: SftpSource) -> None:
    (bank.folder / "out" / "x\\..\\evil\x1b[2J.txt").write_bytes(b"x")
    assert one(this, sftp).files == ("evil__2J.txt",)


# --- IMAP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(certificate(tmp_path)) as box:
        yield box


@pytest.fixture
def imap(mailbox: Mailbox) -> ImapSource:
    return ImapSource(
        "imap", "localhost", "finance", ("@bank.example",), "right", mailbox.port, ca=mailbox.certificate
    )


FILE = ("application", "octet-stream")


def mail(*attachments: tuple[str, bytes], sender: str = BANK, kind: tuple[str, str] = FILE) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "finance@example.org", "Выписка"
    made.set_content("see attached")
    for name, data in attachments:
        made.add_attachment(data, maintype=kind[0], subtype=kind[1], filename=name)
    return made.as_bytes()


def test_attachments_of_a_mail_are_taken_once(this: Fetching, mailbox: Mailbox, imap: ImapSource) -> None:
    mailbox.mails = {5: mail(("выписка.txt", content()), ("b.txt", b"two")), 9: mail()}
    assert one(this, imap).files == ("выписка.txt", "b.txt")
    assert this.inbox is not None and (this.inbox / "imap" / "выписка.txt").read_bytes() == content()
    before = len(mailbox.commands)
    assert one(this, imap).files == ()
    assert not [command for command in mailbox.commands[before:] if "BODY" in command]
    assert not [command for command in mailbox.commands if "STORE" in command or command.startswith("SELECT")]
    mailbox.mails[10] = mail(("b.txt", b"three"))
    assert one(this, imap).files == ("b.2.txt",)


def test_only_mails_of_the_named_senders_are_opened(this: Fetching, mailbox: Mailbox, imap: ImapSource) -> None:
    mailbox.mails = {
        1: mail(("a.txt", b"x"), sender="thief@bank.example.org"),
        2: mail(("b.txt", b"x"), sender='"statements@bank.example" <thief@example.org>'),
        3: mail(("c.txt", b"x"), sender="thief@example.org, statements@bank.example"),
        4: mail(("d.txt", b"x"), sender="Bank <Statements@BANK.example>"),
    }
    assert one(this, imap).files == ("d.txt",)


def test_logos_and_signatures_are_no_statements(this: Fetching, mailbox: Mailbox, imap: ImapSource) -> None:
    mailbox.mails = {1: mail(("logo.png", b"x"), kind=("image", "png")), 2: mail(("a.xml", b"x"), ("a.pdf", b"x"))}
    assert one(this, replace(imap, patterns=("*.xml", "*.png"))).files == ("a.xml",)


def test_a_mail_is_deleted_only_where_it_brought_something_and_the_settings_say_so(
    this: Fetching, mailbox: Mailbox, imap: ImapSource
) -> None:
    mailbox.mails = {1: mail(("a.txt", b"x"), ("b.txt", b"y")), 2: mail(), 3: mail(("c.txt", b"z"), sender="x@example.org")}
    assert one(this, replace(imap, delete=True)).files == ("a.txt", "b.txt")
    assert sorted(mailbox.mails) == [2, 3]


def test_a_connection_that_ends_loses_nothing(this: Fetching, mailbox: Mailbox, imap: ImapSource) -> None:
    mailbox.mails = {1: mail(("a.txt", b"x")), 2: mail(("b.txt", b"y"))}
    mailbox.hang_up_on = "FETCH 2"
    assert "ended the connection" in one(this, imap).fault
    mailbox.hang_up_on = ""
    assert one(this, imap).files in (("a.txt", "b.txt"), ("b.txt",))


def test_a_false_certificate_a_refused_password_and_a_missing_folder(
    this: Fetching, mailbox: Mailbox, imap: ImapSource, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert "the certificate of localhost is not valid" in one(this, replace(imap, ca=None)).fault
        assert not [command for command in mailbox.commands if "LOGIN" in command]
        assert "does not accept the user finance" in one(this, replace(imap, password="wr0ng-secret")).fault
        assert "no mail folder 'Nowhere'" in one(this, replace(imap, folder="Nowhere")).fault
        assert "there is no such file" in one(this, replace(imap, ca=Path("/nowhere"))).fault
    assert "wr0ng-secret" not in caplog.text + str(alerts(this)) + repr(replace(imap, password="wr0ng-secret"))


# --- settings --------------------------------------------------------------------------------------------------------


def test_sources_stand_in_the_settings(tmp_path: Path) -> None:
    given = settings.load(
        {
            "RECONCILE_SFTP_HOST": "sftp.bank.example", "RECONCILE_SFTP_USER": "we", "RECONCILE_SFTP_PASSWORD": "s3cret",
            "RECONCILE_SFTP_KNOWN_HOSTS": "/k", "RECONCILE_SFTP_HALYK_HOST": "h", "RECONCILE_SFTP_HALYK_USER": "u",
            "RECONCILE_SFTP_HALYK_KEY": "/key", "RECONCILE_SFTP_HALYK_KNOWN_HOSTS": "/k",
            "RECONCILE_SFTP_HALYK_PORT": "2222",
            "RECONCILE_SFTP_HALYK_PATTERN": "*.txt, *.xml", "RECONCILE_IMAP_HOST": "m", "RECONCILE_IMAP_USER": "u",
            "RECONCILE_IMAP_PASSWORD": "s3cret", "RECONCILE_IMAP_SENDERS": "@Bank.example a@b.example",
            "RECONCILE_IMAP_DELETE": "yes",
        },
        tmp_path / "none",
    )  # fmt: skip
    assert given.sources == (
        ImapSource("imap", "m", "u", ("@bank.example", "a@b.example"), "s3cret", delete=True),
        SftpSource("sftp", "sftp.bank.example", "we", Path("/k"), password="s3cret"),
        SftpSource("sftp-halyk", "h", "u", Path("/k"), 2222, key=Path("/key"), patterns=("*.txt", "*.xml")),
    )
    assert "s3cret" not in repr(given)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SFTP_HOST": "h", "SFTP_USER": "u", "SFTP_PASSWORD": "p"}, "RECONCILE_SFTP_KNOWN_HOSTS is not set"),
        ({"SFTP_A_B_USER": "u"}, "RECONCILE_SFTP_A_B_HOST is not set"),
        ({"SFTP_HOST": "h", "SFTP_USER": "u", "SFTP_KNOWN_HOSTS": "k"}, "neither RECONCILE_SFTP_KEY nor RECONCILE_SFTP_"),
        ({"IMAP_HOST": "h", "IMAP_USER": "u", "IMAP_PASSWORD": "p"}, "RECONCILE_IMAP_SENDERS is not set"),
        (
            {"IMAP_HOST": "h", "IMAP_USER": "u", "IMAP_PASSWORD": "p", "IMAP_SENDERS": "@b", "IMAP_DELETE": "perhaps"},
            "RECONCILE_IMAP_DELETE is 'perhaps'; write yes or no",
        ),
        (
            {"IMAP_HOST": "h", "IMAP_USER": "u", "IMAP_PASSWORD": "p", "IMAP_SENDERS": "@b", "IMAP_PORT": "0"},
            "RECONCILE_IMAP_PORT is '0'",
        ),
    ],
)
def test_a_source_that_lacks_something_is_refused_with_the_variable(
    variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal) as refused:
        settings.load({"RECONCILE_" + name: value for name, value in variables.items()}, tmp_path / "none")
    assert said in str(refused.value)


def test_without_an_inbox_nothing_is_fetched(this: Fetching, sftp: SftpSource) -> None:
    with pytest.raises(Refusal, match="no inbox is set"):
        fetch_all(replace(this, inbox=None), (sftp,))
