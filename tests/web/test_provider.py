"""Signing in through an identity provider: a small one on this machine plays it, honest or not."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from reconcile.settings import Settings
from tests.steps.books import NOW, rows
from tests.web.console import Browser, Console

CLIENT, SECRET = "console", "a secret of the client"


@dataclass
class Provider:
    """What it knows, and what it does wrong on purpose: `claims` go over the honest ones."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def answer(self, given: dict[str, str], who: str) -> tuple[int, dict[str, Any]]:
        """At the token's address: the client's secret, a code that is used once, the verifier of the challenge."""
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = who == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if not known or given.get("code") not in self.codes or challenge != self.asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        self.codes.discard(given["code"])
        honest = {
            "iss": self.issuer, "aud": CLIENT, "sub": "s-1", "exp": int(NOW.timestamp()) + 300,
            "iat": int(NOW.timestamp()), "nonce": self.asked["nonce"], "preferred_username": "olga",
        }  # fmt: skip
        claims = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        token = jwt.encode({"alg": self.algorithm, "kid": "1"}, claims, self.signs_with or self.key)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def provider() -> Iterator[Provider]:
    its = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith("openid-configuration"):
                ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                self._say(200, {"issuer": its.issuer, **{each: f"{its.issuer}/{each}" for each in ends}})
            else:
                self._say(200, {"keys": [its.key.as_dict(private=False)]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*its.answer(given, self.headers.get("Authorization", "")))

        def _say(self, status: int, said: dict[str, Any]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    its.issuer = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield its
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def tied(console: Console, provider: Provider) -> Console:
    settings = replace(
        console.settings or Settings(), public_url="http://testserver", oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT, oidc_client_secret=SECRET,
    )  # fmt: skip
    return Console(console.engine, console.folder, settings=settings)


def _asked(browser: Browser, provider: Provider) -> dict[str, str]:
    """Off to the provider, which gives a code."""
    answer = browser.get("/sign-in/provider")
    assert answer.status_code == 303
    where = urlsplit(answer.headers["location"])
    provider.asked = {name: values[0] for name, values in parse_qs(where.query).items()}
    provider.codes.add("code-1")
    return provider.asked


def _through(console: Console, provider: Provider, **back: str) -> tuple[Browser, Any]:
    browser = console.browser()
    asked = _asked(browser, provider)
    given = {"code": "code-1", "state": asked["state"], **back}
    return browser, browser.get("/sign-in/provider/back", params=given)


def _in(browser: Browser) -> bool:
    return bool(browser.get("/").status_code == 200)


def test_somebody_whom_an_admin_made_gets_in_and_is_tied_to_the_subject(tied: Console, provider: Provider) -> None:
    browser, answer = _through(tied, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert _in(browser)
    asked = provider.asked
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == "http://testserver/sign-in/provider/back"
    assert "openid" in asked["scope"]
    assert rows(tied.engine, "SELECT name FROM web_user WHERE oidc_subject = 's-1'") == [("olga",)]
    provider.claims = {"preferred_username": "anna"}
    browser, _ = _through(tied, provider)
    assert "Olga" in browser.get("/").text, "the subject counts, not the name that it bears today"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1},
        {"exp": None}, {"sub": None}, {"preferred_username": "eve"}, {"preferred_username": None},
    ],
)  # fmt: skip
def test_a_token_that_is_not_for_us_now_lets_nobody_in(
    tied: Console, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    browser, answer = _through(tied, provider)
    assert answer.status_code == 403
    assert not _in(browser)
    assert rows(tied.engine, "SELECT count(*) FROM web_session") == [(0,)]


def test_a_token_that_somebody_else_signed_lets_nobody_in(tied: Console, provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    browser, answer = _through(tied, provider)
    assert answer.status_code == 403
    assert not _in(browser)


@pytest.mark.parametrize("back", [{"state": "guessed"}, {"state": ""}, {"code": ""}, {"code": "guessed"}])
def test_an_answer_to_another_question_lets_nobody_in(tied: Console, provider: Provider, back: dict[str, str]) -> None:
    browser, answer = _through(tied, provider, **back)
    assert answer.status_code == 403
    assert not _in(browser)


def test_an_answer_planted_in_another_browser_lets_nobody_in(tied: Console, provider: Provider) -> None:
    """Signing a victim in under the attacker's name: the victim's browser has asked nothing."""
    asked = _asked(tied.browser(), provider)
    victim = tied.browser()
    given = {"code": "code-1", "state": asked["state"]}
    assert victim.get("/sign-in/provider/back", params=given).status_code == 403
    assert not _in(victim)


def test_a_code_is_taken_once(tied: Console, provider: Provider) -> None:
    browser, _ = _through(tied, provider)
    browser.client.cookies.delete("reconcile_session")
    given = {"code": "code-1", "state": provider.asked["state"]}
    assert browser.get("/sign-in/provider/back", params=given).status_code == 403


def test_who_is_shut_out_stays_out_and_a_role_is_what_the_admin_gave(tied: Console, provider: Provider) -> None:
    browser, _ = _through(tied, provider)
    assert browser.get("/users").status_code == 403
    tied.browser("anna").post("/users/olga/disable")
    browser, answer = _through(tied, provider)
    assert answer.status_code == 403
    assert not _in(browser)


@pytest.mark.parametrize(("verified", "status"), [(True, 303), (False, 403), (None, 403)])
def test_an_address_names_a_user_only_once_it_is_verified(
    tied: Console, provider: Provider, verified: bool | None, status: int
) -> None:
    anna = tied.browser("anna")
    given = {"name": "olga@example.org", "role": "viewer", "password": "some long words here"}
    assert anna.post("/users", given).status_code == 303
    provider.claims = {"preferred_username": "Olga@example.org", "email_verified": verified}
    assert _through(tied, provider)[1].status_code == status


def test_without_the_setting_there_is_no_such_address(console: Console) -> None:
    browser = console.browser()
    assert browser.get("/sign-in/provider").status_code == 404
    assert browser.get("/sign-in/provider/back?code=1&state=1").status_code == 404
    assert "organisation" not in browser.get("/sign-in").text


def test_a_provider_that_is_away_is_said_and_passwords_go_on(tied: Console) -> None:
    assert tied.settings is not None
    away = Console(tied.engine, tied.folder, settings=replace(tied.settings, oidc_issuer="http://127.0.0.1:9"))
    assert away.browser().get("/sign-in/provider").status_code == 503
    assert away.browser().sign_in("olga").status_code == 303
