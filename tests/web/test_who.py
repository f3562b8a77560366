"""Who gets in, as what, and how they get out: passwords, sessions, roles, the brake on guessing, forged forms."""

from __future__ import annotations

import pytest

from reconcile.problem import Refusal
from reconcile.steps import sessions, users
from reconcile.steps.acts import Person
from tests.steps.books import NOW, open_books, rows
from tests.web.console import PASSWORD, Console, add_users, seen

ME = Person("tester", "", NOW)


def test_nobody_is_sent_to_the_sign_in_page_and_told_nothing(console: Console) -> None:
    browser = console.browser()
    for address in ("/", "/users", "/audit", "/me"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_before_the_first_user_the_page_says_how_to_make_one(sqlite_url: str, tmp_path: object) -> None:
    console = Console(open_books(sqlite_url), tmp_path)  # type: ignore[arg-type]
    assert "reconcile users add NAME --role admin" in seen(console.browser().get("/sign-in").text)


def test_name_and_password_let_in_and_signing_out_ends_it(console: Console) -> None:
    browser = console.browser("olga")
    assert "Olga" in browser.get("/").text
    token = browser.client.cookies["reconcile_session"]
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    browser.client.cookies.set("reconcile_session", token)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(("name", "password"), [("olga", "wrong words here"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_and_an_unknown_name_are_told_the_same(console: Console, name: str, password: str) -> None:
    answer = console.browser().sign_in(name, password)
    assert answer.status_code == 403
    assert "Name and password do not fit." in answer.text


def test_passwords_are_hashed_as_slowly_as_the_library_advises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    hashed = users.hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert users.fits(hashed, PASSWORD)
    assert not users.fits(hashed, PASSWORD + " ")
    assert not users.fits(None, PASSWORD)


def test_a_password_is_kept_as_argon2id_and_a_session_as_a_hash(console: Console) -> None:
    browser = console.browser("olga")
    hashes = rows(console.engine, "SELECT password_hash FROM web_user")
    assert all(str(each).startswith("$argon2id$") for (each,) in hashes)
    token = browser.client.cookies["reconcile_session"]
    assert token not in str(rows(console.engine, "SELECT * FROM web_session"))


# --- attacks ---------------------------------------------------------------------------------------------------------


def test_guessing_is_braked_even_for_the_right_password_and_comes_loose_again(console: Console) -> None:
    browser = console.browser()
    for _ in range(sessions.PER_NAME_AND_ADDRESS):
        assert browser.sign_in("olga", "not the password").status_code == 403
    assert browser.sign_in("olga").status_code == 429
    assert console.browser().sign_in("pavel").status_code == 303  # another one is not shut out by it
    console.clock.on(minutes=16)
    assert browser.sign_in("olga").status_code == 303


def test_guessing_one_name_from_many_addresses_is_braked(console: Console) -> None:
    for number in range(sessions.PER_NAME):
        assert sessions.sign_in(console.engine, "olga", "no", f"10.0.0.{number}", NOW) is None
    with pytest.raises(sessions.TooManyAttempts):
        sessions.sign_in(console.engine, "olga", PASSWORD, "10.9.9.9", NOW)


def test_one_password_tried_on_many_names_is_braked(console: Console) -> None:
    for number in range(sessions.PER_ADDRESS):
        assert sessions.sign_in(console.engine, f"name{number}", "no", "10.0.0.1", NOW) is None
    with pytest.raises(sessions.TooManyAttempts):
        sessions.sign_in(console.engine, "olga", PASSWORD, "10.0.0.1", NOW)


def test_a_planted_session_is_not_taken_over(console: Console) -> None:
    browser = console.browser()
    browser.client.cookies.set("reconcile_session", "planted-by-somebody-else")
    browser.sign_in("olga")
    token = {cookie.value for cookie in browser.client.cookies.jar if cookie.name == "reconcile_session"}
    thief = console.browser()
    thief.client.cookies.set("reconcile_session", "planted-by-somebody-else")
    assert thief.get("/").status_code == 303
    assert token != {"planted-by-somebody-else"}


def test_signing_in_again_ends_the_session_before_and_makes_a_new_token(console: Console) -> None:
    browser = console.browser("olga")
    first = browser.client.cookies["reconcile_session"]
    token = sessions.sign_in(console.engine, "olga", PASSWORD, "10.0.0.1", NOW)
    assert token not in (None, first)


def test_a_session_ends_after_half_an_hour_without_use_and_after_a_day(console: Console) -> None:
    idle = console.browser("olga")
    busy = console.browser("olga")
    for _ in range(2):
        console.clock.on(minutes=20)
        assert busy.get("/").status_code == 200
    assert idle.get("/").status_code == 303
    for _ in range(36):
        console.clock.on(minutes=20)
        busy.get("/")
    assert busy.get("/").status_code == 303


def test_a_form_without_the_sessions_token_changes_nothing(console: Console) -> None:
    browser = console.browser("anna")
    given = {"name": "eve", "role": "admin", "password": PASSWORD}
    other = console.browser("petr").csrf
    for token in ({}, {"csrf": "guessed"}, {"csrf": other}, {"csrf": ""}):
        assert browser.client.post("/users", data={**given, **token}).status_code == 403
    assert not rows(console.engine, "SELECT name FROM web_user WHERE name = 'eve'")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(console: Console, headers: dict[str, str]) -> None:
    browser = console.browser("anna")
    given = {"name": "eve", "role": "admin", "password": PASSWORD}
    assert browser.post("/users", given, headers=headers).status_code == 403
    assert not rows(console.engine, "SELECT name FROM web_user WHERE name = 'eve'")
    assert browser.post("/users", given, headers={"origin": "http://testserver"}).status_code == 303


def test_signing_somebody_in_by_a_forged_form_fails(console: Console) -> None:
    browser = console.browser()
    assert browser.client.post("/sign-in", data={"name": "olga", "password": PASSWORD}).status_code == 403
    assert "reconcile_session" not in browser.client.cookies


@pytest.mark.parametrize("name", ["vera", "olga", "pavel"])
def test_an_admins_pages_are_closed_to_others_by_address_and_by_form(console: Console, name: str) -> None:
    browser = console.browser(name)
    assert [browser.get(address).status_code for address in ("/users", "/audit")] == [403, 403]
    assert browser.post(f"/users/{name}/role", {"role": "admin"}).status_code == 403
    assert browser.post("/users/anna/disable").status_code == 403
    assert rows(console.engine, f"SELECT role FROM web_user WHERE name = '{name}'") != [("admin",)]


def test_every_answer_says_what_a_browser_may_load(console: Console) -> None:
    browser = console.browser("olga")
    for answer in (
        browser.get("/"),
        browser.get("/nowhere"),
        browser.get("/static/console.css"),
        browser.get("/sign-in"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_cookie_is_out_of_the_scripts_reach_and_with_https_secure(sqlite_url: str, tmp_path: object) -> None:
    from dataclasses import replace

    from reconcile.settings import Settings

    engine = open_books(sqlite_url)
    add_users(engine, {"olga": "operator"})
    console = Console(engine, tmp_path, settings=replace(Settings(), public_url="https://money.example"))  # type: ignore[arg-type]
    browser = console.browser()
    browser.client.base_url = "https://testserver"
    set_cookie = browser.sign_in("olga").headers["set-cookie"]
    assert set_cookie.startswith("__Host-reconcile=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in set_cookie


# --- users -----------------------------------------------------------------------------------------------------------


def test_a_user_who_is_shut_out_is_out_at_once(console: Console) -> None:
    olga, anna = console.browser("olga"), console.browser("anna")
    assert anna.post("/users/olga/disable").status_code == 303
    assert olga.get("/").status_code == 303
    assert console.browser().sign_in("olga").status_code == 403
    anna.post("/users/olga/enable")
    assert console.browser().sign_in("olga").status_code == 303


def test_another_role_holds_at_once(console: Console) -> None:
    vera, anna = console.browser("vera"), console.browser("anna")
    anna.post("/users/vera/role", {"role": "admin"})
    assert vera.get("/users").status_code == 303  # signed out
    assert console.browser("vera").get("/users").status_code == 200


def test_the_last_admin_stays(console: Console) -> None:
    anna = console.browser("anna")
    assert "is the last admin" in seen(anna.post("/users/anna/disable").text)
    assert "is the last admin" in seen(anna.post("/users/anna/role", {"role": "viewer"}).text)


def test_ones_own_password_needs_the_present_one_and_ends_all_other_sessions(console: Console) -> None:
    olga, elsewhere = console.browser("olga"), console.browser("olga")
    new = "other words entirely"
    wrong = olga.post("/me/password", {"present": "not it at all", "new": new, "again": new})
    assert "the present password is not right" in seen(wrong.text)
    assert olga.post("/me/password", {"present": PASSWORD, "new": new, "again": new}).status_code == 303
    assert olga.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303
    assert console.browser().sign_in("olga").status_code == 403
    assert console.browser().sign_in("olga", new).status_code == 303


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "olga olga olga 12", "x" * 1025])
def test_a_password_that_is_easily_guessed_is_refused(console: Console, password: str) -> None:
    with pytest.raises(Refusal):
        users.change_password(console.engine, "olga", password, ME)


@pytest.mark.parametrize("name", ["machine", "nightly", "x", "<script>", "Иван", "a b", "a" * 65])
def test_a_name_that_the_books_could_not_tell_apart_is_refused(console: Console, name: str) -> None:
    with pytest.raises(Refusal):
        users.add(console.engine, name, "viewer", PASSWORD, ME)


def test_every_coming_and_going_is_in_the_audit_trail_without_passwords(console: Console) -> None:
    console.browser("olga").post("/sign-out")
    console.browser().sign_in("olga", "my secret typed wrongly")
    console.browser().sign_in("typed-a-password-here", "x")
    page = seen(console.browser("anna").get("/audit").text)
    for act in ("sign in", "sign out", "sign in failed", "add user"):
        assert act in page
    assert "secret" not in page
    assert "typed-a-password-here" not in page
