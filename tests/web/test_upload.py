"""Files that somebody brings in: what was understood, why one was refused; and files that are an attack."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest

from reconcile.settings import Settings
from reconcile.steps import holder_change, second_person, statements, uploads
from reconcile.steps.acts import Person
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from tests.steps.books import NOW, Line, one_c, open_books, policies, rows
from tests.web.console import DAY, Browser, Console, add_users, seen

GOOD = one_c([Line(DAY, 150_000, "1"), Line(DAY, 70_000, "2")], opening=0).encode()
ENGLISH = re.compile(r"\b(?:the|is|no|not|and|of|it|in|ask|export|say|check)\b")
BAD = GOOD.replace("СуммаПриход=700.00".encode(), "СуммаПриход=7OO.00".encode())


def _send(browser: Browser, *files: tuple[str, bytes]) -> object:
    return browser.post("/statements/upload", files=[("files", (name, content)) for name, content in files])


def _work(console: Console) -> None:
    while console.app.state.worker.one():
        pass


def test_several_files_are_read_and_each_says_what_was_understood_or_why_not(console: Console) -> None:
    browser = console.browser("olga")
    assert _send(browser, ("day.txt", GOOD), ("bad.txt", BAD)).status_code == 303  # type: ignore[attr-defined]
    assert "waits" in seen(browser.get("/statements/jobs").text)
    _work(console)
    words = seen(browser.get("/statements").text)
    for told in (
        "day.txt",
        "KZ687220000000000003",
        "Entries 2",
        "new 2",
        "Closing 2,200.00",
        "bad.txt",
        "refused",
        "7OO.00",
        "line ",
    ):
        assert told in words.replace("\u00a0", " "), told
    assert rows(console.engine, "SELECT count(*), sum(amount) FROM entry") == [(2, 220_000)]
    assert not list((console.folder / "files" / "uploads").iterdir())


def test_a_large_file_says_how_far_it_is_read(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the bytes, so that the whole is known before the last entry is."""
    monkeypatch.setattr(uploads.time, "monotonic", count(0, 1.0).__next__)
    told: list[tuple[int, int | None]] = []
    total = uploads._Said._total

    def noted(said: uploads._Said) -> int | None:
        told.append((said.done, total(said)))
        return told[-1][1]

    monkeypatch.setattr(uploads._Said, "_total", noted)
    lines = [Line(DAY, 1_000 + number, str(number)) for number in range(5000)]
    _send(console.browser("olga"), ("large.txt", one_c(lines, opening=0).encode()))
    _work(console)
    assert [done for done, _ in told] == [2000, 4000, 5000]
    assert all(whole is not None and abs(whole - 5000) < 1500 for _, whole in told[:1])
    assert told[-1][1] is None, "what was read is being stored"


def test_a_job_under_way_shows_its_part_of_the_whole_where_that_is_known(console: Console) -> None:
    browser = console.browser("olga")
    _send(browser, ("day.txt", GOOD))
    for total, shown in (("8000", True), ("NULL", False)):
        with console.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE console_job SET state = 'working', done = 2000, total = {total}")
        html = browser.get("/statements/jobs").text
        assert ('max="8000" value="2000"' in html and "25 %" in html) is shown
        assert "2,000 entries read" in seen(html).replace("\u00a0", " ")


def test_the_same_file_again_adds_nothing(console: Console) -> None:
    browser = console.browser("olga")
    for _ in range(2):
        _send(browser, ("day.txt", GOOD))
        _work(console)
    assert "known 2" in seen(browser.get("/statements/jobs").text)
    assert rows(console.engine, "SELECT count(*) FROM payment") == [(2,)]


def test_two_people_who_upload_the_same_file_at_once_store_it_once(database_url: str, tmp_path: Path) -> None:
    """Each at a console of their own, both reading at the same moment: one file, each payment once, both told the truth."""
    engine = open_books(database_url)
    add_users(engine)
    consoles = [Console(engine, tmp_path / name) for name in ("first", "second")]
    for console, name in zip(consoles, ("olga", "pavel"), strict=True):
        assert _send(console.browser(name), (f"{name}.txt", GOOD)).status_code == 303  # type: ignore[attr-defined]
    # The folder of uploads is shared, so either console may take either file.
    shared = tmp_path / "first" / "files" / "uploads"
    for place in list((tmp_path / "second" / "files" / "uploads").iterdir()):
        shutil.move(place, shared / place.name)
    consoles[1].app.state.worker.settings = consoles[0].settings
    started = Barrier(2)

    def works(console: Console) -> bool:
        started.wait(10)
        done: bool = console.app.state.worker.one()
        return done

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(works, consoles)) == [True, True]
    assert rows(engine, "SELECT state FROM console_job") == [("done",), ("done",)]
    told = [each for (each,) in rows(engine, "SELECT result FROM console_job")]
    results = [json.loads(each) if isinstance(each, str) else each for each in told]
    assert sorted((one["new"], one["known"]) for each in results for one in each["statements"]) == [(0, 2), (2, 0)]
    assert rows(engine, "SELECT count(*), sum(amount) FROM payment") == [(2, 220_000)]
    assert rows(engine, "SELECT count(*) FROM statement") == [(1,)]
    assert verify(engine) == []
    engine.dispose()


def test_a_run_is_started_from_the_page_and_bears_its_name(console: Console) -> None:
    browser = console.browser("olga")
    _send(browser, ("day.txt", GOOD))
    browser.post("/statements/run")
    _work(console)
    assert rows(console.engine, "SELECT actor, finished_at IS NOT NULL FROM run") == [("olga", 1)]


def test_what_a_dead_console_left_is_done_by_the_next_one(console: Console) -> None:
    _send(console.browser("olga"), ("day.txt", GOOD))
    with console.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE console_job SET state = 'working', seen_at = '2026-01-01 00:00:00'")
    _work(console)
    assert rows(console.engine, "SELECT state FROM console_job") == [("done",)]


# --- attacks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/x", "..\\..\\windows\\x", "/etc/passwd", "....", "a/../../b", "\x00x", "<script>.txt"]
)
def test_a_name_with_a_path_stays_a_name(console: Console, name: str) -> None:
    kept = uploads.safe_name(name)
    assert kept not in ("", ".", "..")
    assert not set(kept) & set('/\\<>:"|?*\x00')

    def outside() -> set[str]:
        found = console.folder.rglob("*")
        return {str(path) for path in found if "files" not in path.parts and not path.name.startswith("reconcile.db")}

    _send(console.browser("olga"), (name.replace("\x00", "%00"), GOOD))
    assert outside() == set()


@pytest.mark.parametrize("name", ["vera", "anna", ""])
def test_who_may_not_bring_files_in_leaves_nothing_behind(console: Console, name: str) -> None:
    answer = _send(console.browser(name), ("day.txt", GOOD))
    assert answer.status_code == (403 if name else 303)  # type: ignore[attr-defined]
    assert not (console.folder / "files").exists()
    assert not rows(console.engine, "SELECT id FROM console_job")


@pytest.fixture
def small(console: Console) -> Console:
    return Console(
        console.engine, console.folder, settings=Settings(files=console.folder / "files", max_upload_bytes=1000)
    )


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_large_is_refused_also_where_it_does_not_say_how_large_it_is(small: Console, chunked: bool) -> None:
    browser = small.browser("olga")
    token = browser.csrf
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'

    def body() -> Iterator[bytes]:
        yield part
        for _ in range(40):
            yield b"0" * 65536
        yield b"\r\n--x--\r\n"

    content = body() if chunked else b"".join(body())
    headers = {"content-type": "multipart/form-data; boundary=x", "x-csrf-token": token}
    answer = browser.client.post("/statements/upload", content=content, headers=headers)
    assert answer.status_code == 413
    assert not rows(small.engine, "SELECT id FROM console_job")


# --- four eyes on what only leads to a credit ------------------------------------------------------------------------


def test_vouching_for_a_large_statement_takes_two_people(console: Console) -> None:
    olga, petr = console.browser("olga"), console.browser("petr")
    large = one_c([Line(DAY, 900_000_000, "1")], opening=0, closing=5).encode()
    _send(olga, ("wrong.txt", large))
    _work(console)
    run(console.engine, as_of=NOW.date(), now=NOW, policies=policies())
    ((statement,),) = rows(console.engine, "SELECT id FROM statement")
    assert olga.post(f"/statements/{statement}/accept", {"reason": "the bank confirmed"}).status_code == 303
    assert rows(console.engine, "SELECT accepted_by FROM statement") == [(None,)]
    assert "would release" in seen(petr.get("/approvals").text)
    assert olga.post("/approvals/1/approve", {"reason": "me"}).status_code == 403
    assert petr.post("/approvals/1/approve", {"reason": "seen the letter"}).status_code == 303
    assert rows(console.engine, "SELECT accepted_by FROM statement") == [("olga",)]


def test_another_tax_id_of_a_holder_waits_for_somebody_else(busy: Console) -> None:
    proposer, other = Person("pavel", "their letter", NOW), Person("petr", "seen it", NOW)
    second_person.change_holder(busy.engine, policies(), "104582", ["071040713338"], [], proposer)
    assert rows(busy.engine, "SELECT count(*) FROM holder_tax_id") == [(0,)]
    with pytest.raises(Exception, match="somebody else must approve it"):
        second_person.approve(busy.engine, policies(), 1, proposer)
    second_person.approve(busy.engine, policies(), 1, other)
    assert rows(busy.engine, "SELECT tax_id FROM holder_tax_id") == [("071040713338",)]


def test_who_dies_while_a_holder_is_changed_leaves_the_change_waiting(
    busy: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposer, other = Person("pavel", "their letter", NOW), Person("petr", "seen it", NOW)
    second_person.change_holder(busy.engine, policies(), "104582", ["071040713338"], [], proposer)

    def dies(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(holder_change, "audit", dies)  # the import is done by then
        with pytest.raises(KeyboardInterrupt):
            second_person.approve(busy.engine, policies(), 1, other)
    assert rows(busy.engine, "SELECT count(*) FROM holder_tax_id") == [(0,)]
    assert rows(busy.engine, "SELECT outcome FROM proposed_change") == [(None,)]
    second_person.approve(busy.engine, policies(), 1, other)
    assert rows(busy.engine, "SELECT tax_id FROM holder_tax_id") == [("071040713338",)]


def test_who_dies_while_a_statement_is_vouched_for_leaves_that_waiting(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = one_c([Line(DAY, 900_000_000, "1")], opening=0, closing=5).encode()
    _send(console.browser("olga"), ("wrong.txt", large))
    _work(console)
    ((statement,),) = rows(console.engine, "SELECT id FROM statement")
    run(console.engine, as_of=NOW.date(), now=NOW, policies=policies())
    second_person.accept_statement(console.engine, policies(), statement, Person("olga", "the bank confirmed", NOW))

    def dies(*_given: object) -> None:
        raise KeyboardInterrupt

    petr = Person("petr", "seen the letter", NOW)
    with monkeypatch.context() as dying:
        dying.setattr(statements, "close_alert", dies)
        with pytest.raises(KeyboardInterrupt):
            second_person.approve(console.engine, policies(), 1, petr)
    assert rows(console.engine, "SELECT accepted_by FROM statement") == [(None,)]
    assert rows(console.engine, "SELECT outcome FROM proposed_change") == [(None,)]
    second_person.approve(console.engine, policies(), 1, petr)
    assert rows(console.engine, "SELECT accepted_by FROM statement") == [("olga",)]
    assert rows(console.engine, "SELECT outcome FROM proposed_change") == [("approved",)]


def test_the_database_itself_refuses_the_same_person(busy: Console) -> None:
    second_person.change_holder(busy.engine, policies(), "104582", ["071040713338"], [], Person("pavel", "so", NOW))
    with pytest.raises(Exception, match="four_eyes"), busy.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE proposed_change SET outcome = 'approved', decided_by = 'pavel'")


# --- to somebody who reads Russian -----------------------------------------------------------------------------------


def _russian(console: Console) -> Browser:
    browser = console.browser("olga")
    browser.post("/me/language", {"language": "ru"})
    return browser


def test_a_refused_file_says_why_in_russian(console: Console) -> None:
    browser = _russian(console)
    _send(
        browser,
        ("bad.txt", BAD),
        ("empty.txt", b""),
        ("cut.txt", GOOD[: GOOD.index(b"\n", len(GOOD) // 2)]),
        ("other.txt", b"MZ\x90"),
    )
    _work(console)
    words = seen(browser.get("/statements").text)
    for told in (
        "сумму '7OO.00' можно прочесть по-разному или нельзя прочесть вовсе — попросите банк писать суммы в виде 1500.00",
        "файл пуст — выгрузите выписку ещё раз",
        "файл обрезан",
        "содержимое не похоже ни на один из известных форматов выписки — выгрузите выписку в одном из форматов: ",
    ):
        assert told in words, told
    assert ENGLISH.findall(words) == []


def test_a_statement_that_does_not_add_up_says_so_in_russian_wherever_it_is_shown(console: Console) -> None:
    browser = _russian(console)
    _send(browser, ("wrong.txt", one_c([Line(DAY, 150_000, "1")], opening=0, closing=5).encode()))
    _work(console)
    told = "входящий остаток и проводки дают 1500.00 KZT, исходящий остаток 0.05 KZT"
    for address in ("/statements", "/statements/jobs", "/report", "/"):
        words = seen(browser.get(address).text)
        assert told in words, address
        assert ENGLISH.findall(words) == [], address
    assert "собственные итоги выписки не сходятся" in seen(browser.get("/report").text)
