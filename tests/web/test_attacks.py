"""What somebody with bad intentions tries, over every address that the console has. The addresses are asked of the
application itself: a new one that nobody has put into the table below fails here."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from reconcile.reports import alert_report
from reconcile.settings import Settings
from reconcile.steps import masters, report_mail
from reconcile.steps.post import Post
from reconcile.steps.run import run
from reconcile.web.app import routers
from tests.steps.books import NOW, Line, one_c, policies, rows, upload
from tests.web.console import DAY, EVIL, PASSWORD, ROLES, Browser, Console, seen

SEE, DECIDE, MANAGE = {"viewer", "operator", "approver", "admin"}, {"operator", "approver"}, {"admin"}
MAY: dict[tuple[str, str], set[str]] = {
    ("GET", "/"): SEE, ("GET", "/report"): SEE, ("GET", "/report.xlsx"): SEE,
    ("GET", "/accounts"): SEE, ("POST", "/accounts/search"): SEE, ("GET", "/accounts/{ref}"): SEE,
    ("POST", "/accounts/{ref}/invoices"): DECIDE, ("POST", "/accounts/{ref}/holder"): DECIDE,
    ("GET", "/invoices/{ref}.pdf"): SEE,
    ("GET", "/approvals"): SEE, ("POST", "/approvals/{change_id}/{act}"): DECIDE,
    ("GET", "/users"): MANAGE, ("POST", "/users"): MANAGE, ("POST", "/users/{name}/{act}"): MANAGE,
    ("GET", "/audit"): MANAGE,
    ("GET", "/powers"): SEE, ("POST", "/powers"): DECIDE, ("POST", "/powers/releases"): DECIDE,
    ("POST", "/powers/revoke"): DECIDE, ("GET", "/powers/scans/{id_}"): SEE,
    ("GET", "/queue"): SEE, ("POST", "/queue/filter"): SEE, ("POST", "/queue/several/{act}"): DECIDE,
    ("GET", "/queue/{payment_id}"): SEE, ("GET", "/payments/{payment_id}"): SEE,
    ("POST", "/payments/{payment_id}/{act}"): DECIDE,
    ("POST", "/sign-out"): SEE, ("GET", "/me"): SEE, ("POST", "/me/language"): SEE, ("POST", "/me/password"): SEE,
    ("GET", "/statements"): SEE, ("GET", "/statements/jobs"): SEE, ("POST", "/statements/upload"): DECIDE,
    ("POST", "/statements/run"): DECIDE, ("POST", "/statements/{statement_id}/{act}"): DECIDE,
}  # fmt: skip
"""Which roles come in at each address. Approving asks for more than its address says: see the tests of four eyes."""
OUTSIDE = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/sign-in/provider"), ("GET", "/sign-in/provider/back")}
"""What is there before anybody is in."""
IDS = {
    "ref": "0" * 24, "change_id": "1", "act": "hold", "name": "vera", "id_": "0" * 32, "payment_id": "0" * 24,
    "statement_id": "0" * 24,
}  # fmt: skip
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1")


def _routes() -> list[tuple[str, str]]:
    found = [(method, each.path) for router in routers() for each in router.routes for method in each.methods]  # type: ignore[attr-defined]
    return sorted(each for each in found if not each[1].startswith(("/api/", "/health/")))


def _address(path: str) -> str:
    return path.format(**IDS)


def _books(console: Console) -> list[list[tuple[object, ...]]]:
    """What no refused request may change."""
    tables = ("payment", "decision", "journal", "audit_log", "web_user", "power_of_attorney", "invoice", "console_job")
    return [rows(console.engine, f"SELECT * FROM {table} ORDER BY 1, 2") for table in (*tables, "proposed_change")]


# --- forged forms, other people's rights -----------------------------------------------------------------------------


def test_every_address_of_the_application_stands_in_the_table() -> None:
    assert set(_routes()) - OUTSIDE == set(MAY)


@pytest.mark.parametrize("path", sorted(path for method, path in MAY if method == "POST"))
def test_a_forged_form_changes_nothing_at_any_address(busy: Console, path: str) -> None:
    """Signed in with every right, but without the session's own token, with somebody else's, or from another site."""
    for name in ("pavel", "anna"):
        browser, other = busy.browser(name), busy.browser("vera").csrf
        before = _books(busy)
        address = _address(path)
        given = {"reason": "so", "account": "104582", "amount": "5", "language": "ru", "role": "admin"}
        for token in ({}, {"csrf": ""}, {"csrf": "guessed"}, {"csrf": other}):
            assert browser.client.post(address, data={**given, **token}).status_code == 403, (address, token)
        forged = {"csrf": browser.csrf, **given}
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert browser.client.post(address, data=forged, headers=headers).status_code == 403
        assert browser.client.post(address, json=given).status_code == 403
        assert _books(busy) == before


@pytest.mark.parametrize(("method", "path"), sorted(MAY))
def test_each_role_gets_in_where_it_may_and_nowhere_else(busy: Console, method: str, path: str) -> None:
    for name, role in ROLES.items():
        browser = busy.browser(name)
        before = _books(busy)
        act = browser.get if method == "GET" else browser.post
        status = act(_address(path)).status_code
        if role in MAY[method, path]:
            assert status != 403, (name, status)
        else:
            assert status == 403, (name, status)
            assert _books(busy) == before


@pytest.mark.parametrize(("method", "path"), sorted(MAY))
def test_nobody_gets_in_anywhere(busy: Console, method: str, path: str) -> None:
    before = _books(busy)
    answer = busy.browser().client.request(method, _address(path))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert answer.text == ""
    assert _books(busy) == before


@pytest.mark.parametrize(("method", "path"), sorted(MAY))
def test_a_get_never_changes_the_books(busy: Console, method: str, path: str) -> None:
    browser = busy.browser("pavel")
    before = _books(busy)
    status = browser.get(_address(path)).status_code
    assert status in (200, 403, 404, 405, 422) if method == "GET" else status in (404, 405, 200, 403)
    assert _books(busy) == before


# --- what strangers wrote, in every place where it is shown ----------------------------------------------------------


@pytest.fixture
def poisoned(console: Console) -> Console:
    """Every text that a stranger or a colleague can choose carries a script."""
    folder = console.folder
    (folder / "accounts.csv").write_text(
        "account_number,holder_name,holder_type,country,currency,email\n"
        f'104582,"{EVIL.replace(chr(34), chr(34) * 2)}",legal_entity,KZ,KZT,pay@example.org\n',
        "utf-8",
    )
    (folder / "own.csv").write_text(
        "bank_account,country,currency,legal_entity,bank_name\n"
        f'KZ687220000000000003,KZ,KZT,Cloud,"{EVIL.replace(chr(34), chr(34) * 2)}"\n',
        "utf-8",
    )
    masters.import_bank_accounts(console.engine, folder / "own.csv", actor="tester", now=NOW)
    masters.import_accounts(console.engine, folder / "accounts.csv", actor="tester", now=NOW)
    masters.add_power(
        console.engine, reference=f"P {EVIL}"[:80], account_number="104582", representative_name=EVIL,
        representative_tax_id="", issued_on=None, valid_from=DAY, valid_until=DAY + timedelta(days=20), actor="tester",
        now=NOW, reason=EVIL, policies=policies(),
    )  # fmt: skip
    lines = [
        Line(DAY, 150_000, EVIL, f"Оплата л/с 104582 {EVIL}", name=f"ИП {EVIL}", account="KZ000000000000000001"),
        Line(DAY, 250_000, "2", f"Доплата {EVIL}", name=EVIL, account="KZ000000000000000001"),
        Line(DAY, 900_000_000, "3", f"л/с 104582 {EVIL}", name=EVIL),
    ]
    upload(console.engine, folder, "evil.txt", one_c(lines, opening=0, closing=7))
    with console.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE statement_file SET name = ?", (EVIL,))
        connection.exec_driver_sql("UPDATE web_user SET full_name = ?", (EVIL,))
    run(console.engine, as_of=NOW.date(), now=NOW, policies=policies())
    return console


def _harmless(page: str) -> None:
    """As a browser reads it: no script but ours, nothing that runs on an event, no style of its own, no foreign image."""
    tree = lxml_html.fromstring(page)
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag == "script":
            assert str(node.get("src", "")).startswith("/static/"), node.attrib
            assert not (node.text or "").strip()
        assert node.tag not in ("style", "iframe", "object", "embed", "base"), node.tag
        assert node.tag != "img"
        for name, value in node.attrib.items():
            assert not name.lower().startswith("on"), (node.tag, name)
            assert name.lower() != "style", node.tag
            if name.lower() in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
                assert re.match(r"/(?!/)|#|\?", value), (node.tag, name, value)


def _everywhere(console: Console, browser: Browser) -> Iterator[str]:
    """Every page that can be looked at, with real ids."""
    payments = [str(each[0]) for each in rows(console.engine, "SELECT id FROM payment")]
    found = browser.post("/accounts/search", {"text": "104582"}).headers["location"]
    listed = browser.post("/accounts/search", {"text": "script"}).headers["location"]
    sought = browser.post("/queue/filter", {"text": EVIL, "tab": "all"}).headers["location"]
    for _method, path in (each for each in _routes() if each[0] == "GET"):
        if "{payment_id}" in path:
            yield from (path.format(payment_id=each) for each in payments)
        elif "{" not in path:
            yield path
    yield from (found, listed, sought, "/queue?tab=all", "/?country=KZ")


def test_what_a_stranger_wrote_runs_on_no_page(poisoned: Console) -> None:
    olga, anna = poisoned.browser("olga"), poisoned.browser("anna")
    large = rows(poisoned.engine, "SELECT id FROM payment WHERE amount = 900000000")[0][0]
    small = rows(poisoned.engine, "SELECT id FROM payment WHERE amount = 250000")[0][0]
    olga.post(f"/payments/{small}/credit", {"account": "104582", "reason": EVIL})
    olga.post(f"/payments/{large}/credit", {"account": "104582", "reason": EVIL})
    power = {"reference": f"Q {EVIL}", "account_number": "104582", "representative_name": EVIL, "reason": EVIL}
    days = {"valid_from": "2026-02-01", "valid_until": "2026-12-31"}
    olga.post("/powers", {**power, **days}, files={"scan": (f"{EVIL}.pdf", b"%PDF-1.7\n")})
    olga.post("/statements/upload", files=[("files", (EVIL, b"no statement"))])
    while poisoned.app.state.worker.one():
        pass
    told = 0
    for browser in (olga, anna):
        for address in _everywhere(poisoned, browser):
            answer = browser.get(address)
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                _harmless(answer.text)
                told += "alert(1)" in seen(answer.text)
    assert told > 15, "the text itself is shown, as a text"
    for act, given in (
        ("credit", {"account": EVIL}),
        ("split", {"account": EVIL, "amount": EVIL}),
        ("hold", {"until": EVIL}),
    ):
        refused = olga.post(
            f"/payments/{small}/{act}", {**given, "reason": EVIL, "tab": EVIL, "f": EVIL, "after": EVIL}
        )
        _harmless(refused.text)
    for address in ("/powers", "/powers/releases"):
        _harmless(olga.post(address, dict.fromkeys((*power, *days), EVIL)).text)
    _harmless(anna.post("/users", {"name": EVIL, "role": EVIL, "password": EVIL, "full_name": EVIL}).text)
    sign_in = poisoned.browser().sign_in(EVIL, EVIL)
    _harmless(sign_in.text)


def _letters(poisoned: Console) -> dict[str, Any]:
    settings = Settings(
        mail_from="books@example.org", report_to="KZ=a@example.org/en KZ=b@example.org/ru",
        report_chat="KZ=json://127.0.0.1/chat", customer_mail=True, public_url="https://console.example",
    )  # fmt: skip
    Post(settings).write_night(poisoned.engine, "KZ", NOW.date(), now=NOW, policies=policies(), faults=())
    with poisoned.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT recipient, content FROM letter").all()
    return {str(to): message_from_bytes(content, policy=SMTP) for to, content in found}


def test_what_a_stranger_wrote_runs_in_no_letter_and_no_chat(poisoned: Console) -> None:
    letters = _letters(poisoned)
    assert {"a@example.org", "b@example.org"} < set(letters)
    for to in ("a@example.org", "b@example.org"):
        page = letters[to].get_body(("html",)).get_content()
        assert "alert(1)" in seen(page)
        tree = lxml_html.fromstring(page)
        assert not tree.xpath("//script | //iframe | //object | //form | //link")
        assert not tree.xpath("//@*[starts-with(name(), 'on')]")
        assert all(src.startswith("cid:") for src in tree.xpath("//img/@src"))
        assert all(href.startswith("https://console.example") for href in tree.xpath("//a/@href"))
    chat = letters["KZ-0@chat.invalid"]
    assert chat.get_content_type() == "text/plain"
    assert "alert(" not in chat.get_content()


def test_a_customer_is_sent_plain_text_and_no_header_of_a_strangers_making(poisoned: Console) -> None:
    with poisoned.engine.begin() as connection:
        name = "ТОО\r\nBcc: thief@example.org\r\n\r\n<script>alert(1)</script>"
        connection.exec_driver_sql("UPDATE account SET holder_name = ?", (name,))
        connection.exec_driver_sql(
            "UPDATE payment SET status = 'held', reason = 'third_party_purpose_incomplete', account_number = '104582' "
            "WHERE amount = 150000"
        )
    letter = _letters(poisoned)["pay@example.org"]
    assert letter["Bcc"] is None
    assert "\n" not in str(letter["Subject"])
    assert letter.get_body(("html",)) is None
    assert letter.get_body(("plain",)) is not None
    assert "ИП" not in letter.get_body(("plain",)).get_content()


# --- formulas in workbooks -------------------------------------------------------------------------------------------


@pytest.fixture
def calculating(console: Console) -> Console:
    """Purposes, names and file names that a spreadsheet would calculate."""
    lines = [Line(DAY, 1000 + at, str(at), each, name=each) for at, each in enumerate(FORMULAS)]
    upload(console.engine, console.folder, "x.txt", one_c(lines, opening=0))
    with console.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE statement_file SET name = '=1+1'")
        for at, each in enumerate(FORMULAS, 1):
            connection.exec_driver_sql(
                "UPDATE line_detail SET purpose = ?, name = ? WHERE position = ?", (each, each, at)
            )
    run(console.engine, as_of=NOW.date(), now=NOW, policies=policies())
    return console


def _no_formula(workbook: bytes) -> str:
    """All sheets' text; no cell of any is a formula or a link."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        shared = [parts.read(name).decode() for name in parts.namelist() if name.endswith("sharedStrings.xml")]
    assert sheets
    for sheet in sheets:
        assert not re.search(r"<f[ >/]", sheet)
        assert "<hyperlink" not in sheet
    return "".join([*sheets, *shared])


def test_the_reports_workbook_calculates_nothing_that_a_stranger_wrote(calculating: Console, tmp_path: Path) -> None:
    path = alert_report.write(
        calculating.engine, tmp_path / "report.xlsx", day=NOW.date(), now=NOW, policies=policies(), faults=[]
    )
    words = _no_formula(path.read_bytes())
    for formula in FORMULAS:
        assert formula.strip().replace("'", "&apos;") in words.replace("&#39;", "&apos;") or formula.strip() in words


def test_the_workbook_beside_the_letter_calculates_nothing(calculating: Console) -> None:
    readers = report_mail.readers("KZ=a@example.org/en")
    report_mail.write_letters(
        calculating.engine, "KZ", NOW.date(), readers, sender="b@example.org", now=NOW, policies=policies(), faults=()
    )
    with calculating.engine.connect() as connection:
        (content,) = connection.exec_driver_sql("SELECT content FROM letter").one()
    (workbook,) = message_from_bytes(content, policy=SMTP).iter_attachments()  # type: ignore[attr-defined]
    assert "SUM(A1)" in _no_formula(workbook.get_content())


# --- uploads ---------------------------------------------------------------------------------------------------------

NAMES = (
    "../../../etc/cron.d/x", "..\\..\\windows\\x", "/etc/passwd", "C:\\x.txt", "....", "a/../../b", "\x00x.txt",
    "con\x00.txt",
    "x" * 5000 + ".txt", "<script>.txt", "\u202etxt.exe", "~/.ssh/authorized_keys", "%2e%2e%2fx", "\r\nSet-Cookie: a=b",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", ["/statements/upload", "/powers"])
def test_a_files_name_never_becomes_a_place(busy: Console, address: str, name: str) -> None:
    """As a browser or an attacker writes the name into the form, byte for byte."""
    browser = busy.browser("olga")
    before = {path for path in busy.folder.rglob("*") if "files" not in path.relative_to(busy.folder).parts}
    field = "files" if address == "/statements/upload" else "scan"
    fields = {
        "csrf": browser.csrf, "reference": "P1", "account_number": "104582", "representative_name": "A B", "reason": "so",
        "valid_from": "2026-02-01", "valid_until": "2026-12-31",
    }  # fmt: skip
    parts = [f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    parts.append(
        f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{quoted}"\r\n\r\n%PDF-1.7\n\r\n--x--\r\n'
    )
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = browser.client.post(address, content="".join(parts).encode(), headers=headers)
    assert answer.status_code in (303, 400, 422)
    after = {path for path in busy.folder.rglob("*") if "files" not in path.relative_to(busy.folder).parts}
    assert {path.name for path in after - before} <= {"reconcile.db-wal", "reconcile.db-shm"}
    for path in (busy.folder / "files").rglob("*"):
        assert len(path.name) <= 120
        assert path.resolve().is_relative_to((busy.folder / "files").resolve())
    while busy.app.state.worker.one():
        pass
    assert browser.get("/statements").status_code == 200


def _bomb(inside: str) -> bytes:
    """A few hundred kilobytes that unpack to three hundred megabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        if inside.startswith("xl/"):
            out.writestr("[Content_Types].xml", "<Types/>")
            out.writestr("xl/workbook.xml", "<workbook/>")
        with out.open(inside, "w") as big:
            for _ in range(300):
                big.write(b"0" * (1 << 20))
    return content.getvalue()


@pytest.mark.parametrize(("name", "inside"), [("b.xlsx", "xl/worksheets/sheet1.xml"), ("b.zip", "statement.txt")])
def test_a_file_that_unpacks_to_very_much_is_refused_and_the_console_lives(
    console: Console, name: str, inside: str
) -> None:
    browser = console.browser("olga")
    browser.post("/statements/upload", files=[("files", (name, _bomb(inside)))])
    while console.app.state.worker.one():
        pass
    assert rows(console.engine, "SELECT state FROM console_job") == [("refused",)]
    assert rows(console.engine, "SELECT count(*) FROM statement") == [(0,)]
    assert browser.get("/statements").status_code == 200


@pytest.mark.parametrize("path", sorted(path for method, path in {*MAY, *OUTSIDE} if method == "POST"))
def test_an_endless_body_ends_at_every_address(busy: Console, path: str) -> None:
    """It does not say how long it is, and goes on; the console stops reading at what is taken there."""
    small = Console(
        busy.engine, busy.folder, settings=replace(Settings(files=busy.folder / "files"), max_upload_bytes=1000)
    )
    browser = small.browser("pavel")
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        for _ in range(20):
            sent += 1 << 20
            yield b"0" * (1 << 20)

    headers = {"content-type": "multipart/form-data; boundary=x", "x-csrf-token": browser.csrf}
    before = _books(small)
    answer = browser.client.post(_address(path), content=body(), headers=headers)
    assert answer.status_code in (403, 413)
    assert _books(small) == before


# --- sessions, redirects, hosts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\r\nX: y"]
)
def test_signing_in_leads_nowhere_but_home(console: Console, where: str) -> None:
    browser = console.browser()
    token = re.search(r'name="before" value="([^"]+)"', browser.client.get("/sign-in", params={"next": where}).text)
    assert token is not None
    given = {"name": "olga", "password": PASSWORD, "before": token.group(1), "next": where}
    answer = browser.client.post("/sign-in", params={"next": where}, data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "todo&x=//evil", "\r\nX: y"])
def test_an_act_leads_back_into_the_queue_only(busy: Console, where: str) -> None:
    ((payment,),) = rows(busy.engine, "SELECT id FROM payment WHERE amount = 2000")
    given = {"tab": where, "f": where, "after": where, "reason": "so"}
    location = busy.browser("olga").post(f"/payments/{payment}/hold", given).headers["location"]
    assert re.fullmatch(r"/queue(/[0-9a-f]{24})?\?tab=todo&done=[0-9a-f]{24}", location)


def test_a_made_up_host_stands_nowhere_in_an_answer(console: Console) -> None:
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    browser = console.browser()
    for address in ("/", "/sign-in", "/nowhere", "/static", "/queue/"):
        answer = browser.client.get(address, headers=headers)
        assert "evil.example" not in answer.text + str(answer.headers)


def test_a_session_is_new_at_every_sign_in_and_its_cookie_is_out_of_reach(console: Console) -> None:
    browser = console.browser()
    tokens = set()
    for _ in range(3):
        answer = browser.sign_in("olga")
        (cookie,) = (each for each in answer.headers.get_list("set-cookie") if each.startswith("reconcile_session="))
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        tokens.add(cookie.split(";")[0])
        browser.client.cookies.clear()
    assert len(tokens) == 3


def test_the_session_before_is_over_once_somebody_else_signs_in_here(console: Console) -> None:
    browser = console.browser("olga")
    old = browser.client.cookies["reconcile_session"]
    page = console.browser()
    page.client.cookies.set("reconcile_session", old)
    browser.post("/sign-out")
    assert page.get("/").headers["location"] == "/sign-in"


def test_a_password_change_is_braked_like_signing_in(console: Console) -> None:
    browser = console.browser("olga")
    wrong = {"present": "not the password", "new": "quite other words", "again": "quite other words"}
    statuses = [browser.post("/me/password", wrong).status_code for _ in range(7)]
    assert statuses[-1] == 429
    assert browser.post("/me/password", {**wrong, "present": PASSWORD}).status_code == 429


def test_every_page_runs_our_own_script_only(busy: Console) -> None:
    for name in ("olga", "anna"):
        browser = busy.browser(name)
        for address in _everywhere(busy, browser):
            answer = browser.get(address)
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy
            assert "form-action 'self'" in policy
            assert answer.headers["cache-control"] == "no-store"
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                _harmless(answer.text)
