"""The queue: what waits, one at a time, decided with a reason; and what an attacker might try on it."""

from __future__ import annotations

import re

import pytest

from reconcile.steps import queue
from tests.steps.books import NOW, rows
from tests.web.console import EVIL, Console, seen


def _id(console: Console, amount: int) -> str:
    ((found,),) = rows(console.engine, f"SELECT id FROM payment WHERE amount = {amount}")
    return str(found)


def _stands(console: Console, amount: int) -> tuple[object, ...]:
    (found,) = rows(console.engine, f"SELECT status, account_number FROM payment WHERE amount = {amount}")
    return found


def test_the_oldest_comes_first_and_of_a_day_the_largest(busy: Console) -> None:
    page = busy.browser("vera").get("/queue").text
    order = re.findall(r'href="/queue/([0-9a-f]+)\?', page)
    assert order == [_id(busy, amount) for amount in (500, 300_000_000, 150_000, 90_000, 2_000, 1_000)]


def test_pages_follow_each_other_without_a_gap(busy: Console) -> None:
    wanted, today = queue.Filter(), NOW.date()
    whole = [row.id for row in queue.page(busy.engine, wanted, today).rows]
    found: list[str] = []
    place = None
    while True:
        page = queue.page(busy.engine, wanted, today, place, limit=2)
        found += [row.id for row in page.rows]
        place = page.following
        if place is None:
            break
    assert found == whole
    assert len(whole) == 6


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("крупное", [300_000_000]), ("INV-77001", [150_000]), ("мелкое прочее", [2_000]), ("3 000 000,00", [300_000_000]),
        ("nothing of the kind", []), ("%", []), ("_", []),
    ],
)  # fmt: skip
def test_what_is_sought_is_found_and_never_stands_in_an_address(busy: Console, text: str, amounts: list[int]) -> None:
    browser = busy.browser("vera")
    answer = browser.post("/queue/filter", {"text": text, "tab": "todo"})
    address = answer.headers["location"]
    assert re.fullmatch(r"/queue\?tab=todo&f=[0-9a-f]{24}", address)
    found = re.findall(r'<a class="entry" href="/queue/([0-9a-f]+)\?', browser.get(address).text)
    assert found == [_id(busy, amount) for amount in amounts]


def test_a_payment_shows_its_purpose_read_its_candidates_and_what_speaks_against_them(busy: Console) -> None:
    words = seen(busy.browser("olga").get(f"/queue/{_id(busy, 150_000)}").text)
    assert "77001 invoice" in words
    assert "ТОО Ромашка" in words
    assert "invoice INV-77001 is named in the purpose" in words
    assert "the payer is not the holder" in words


def test_crediting_needs_a_reason_and_leads_to_the_next_payment(busy: Console) -> None:
    browser = busy.browser("olga")
    payment = _id(busy, 2_000)
    given = {"account": "104582", "tab": "todo"}
    refused = browser.post(f"/payments/{payment}/credit", {**given, "reason": " "})
    assert refused.status_code == 422
    assert "the act has no reason" in seen(refused.text)
    assert _stands(busy, 2_000) == ("unmatched", None)
    done = browser.post(f"/payments/{payment}/credit", {**given, "reason": "they wrote to us"})
    assert done.status_code == 303
    assert done.headers["location"] == f"/queue/{_id(busy, 1_000)}?tab=todo&done={payment}"
    assert _stands(busy, 2_000) == ("credited", "104582")
    assert "Look at it, or undo it" in seen(browser.get(done.headers["location"]).text)


def test_a_declined_candidate_is_gone_and_can_be_taken_back(busy: Console) -> None:
    """One stays on the payment: it still waits."""
    browser, payment = busy.browser("olga"), _id(busy, 150_000)
    assert "Not this one" in seen(browser.get(f"/queue/{payment}").text)
    given = {"account": "104582", "invoice": "", "reason": "the payer says so", "tab": "todo"}
    done = browser.post(f"/payments/{payment}/decline", given)
    assert done.headers["location"] == f"/queue/{payment}?tab=todo&done={payment}"
    assert _stands(busy, 150_000) == ("unmatched", None)
    page = seen(browser.get(f"/queue/{payment}").text)
    assert "No rule credits against a person's word." in page
    assert re.search(r"Declined Not offered, .* 104582 .* · olga «the payer says so» Take it back", page)
    assert "Credit here" not in page
    busy.browser("olga").post("/me/language", {"language": "ru"})
    assert "Против слова сотрудника ни одно правило не зачисляет." in seen(browser.get(f"/payments/{payment}").text)
    browser.post(f"/payments/{payment}/reconsider", {**given, "reason": "declined by mistake"})
    assert _stands(busy, 150_000) == ("held", "104582")


def test_only_the_invoice_may_be_declined(busy: Console) -> None:
    browser, payment = busy.browser("olga"), _id(busy, 150_000)
    page = browser.get(f"/queue/{payment}").text
    assert '<input type="radio" name="invoice" value="INV-77001">' in page
    browser.post(f"/payments/{payment}/decline", {"account": "104582", "invoice": "INV-77001", "reason": "so"})
    assert _stands(busy, 150_000) == ("held", "104582")
    assert rows(busy.engine, "SELECT account_number, invoice_number FROM declined_candidate") == [
        ("104582", "INV-77001")
    ]


def test_declining_is_for_those_who_decide_and_needs_a_reason_and_the_forms_mark(busy: Console) -> None:
    payment = _id(busy, 150_000)
    given = {"account": "104582", "invoice": "", "reason": "so"}
    for name in ("vera", "anna"):
        assert busy.browser(name).post(f"/payments/{payment}/decline", given).status_code == 403
    assert busy.browser("olga").client.post(f"/payments/{payment}/decline", data=given).status_code == 403
    refused = busy.browser("olga").post(f"/payments/{payment}/decline", {**given, "reason": ""})
    assert refused.status_code == 422
    assert rows(busy.engine, "SELECT count(*) FROM declined_candidate") == [(0,)]
    assert "Not this one" not in busy.browser("vera").get(f"/queue/{payment}").text


def test_undo_takes_back_exactly_one_thing(busy: Console) -> None:
    browser = busy.browser("olga")
    for amount in (1_000, 2_000):
        browser.post(f"/payments/{_id(busy, amount)}/credit", {"account": "104582", "reason": "so"})
    browser.post(f"/payments/{_id(busy, 1_000)}/undo", {"reason": "wrong account"})
    assert _stands(busy, 1_000)[0] == "held"
    assert _stands(busy, 2_000) == ("credited", "104582")


@pytest.mark.parametrize(
    ("act", "given", "status"),
    [
        ("hold", {"until": "2026-03-01"}, "held"), ("hold", {"until": ""}, "held"), ("return", {}, "returned"),
        ("ignore", {}, "ignored"), ("split", {"account": ["104582", "104599"], "amount": ["15,00", "5.00"]}, "credited"),
    ],
)  # fmt: skip
def test_every_act_does_what_it_says(busy: Console, act: str, given: dict[str, object], status: str) -> None:
    browser = busy.browser("olga")
    assert browser.post(f"/payments/{_id(busy, 2_000)}/{act}", {**given, "reason": "so"}).status_code == 303
    assert _stands(busy, 2_000)[0] == status


@pytest.mark.parametrize(
    ("act", "given", "said"),
    [
        ("hold", {"until": "2020-01-01"}, "is not a day to come"),
        ("hold", {"until": "soon"}, "is not a date"),
        ("split", {"account": ["104582"], "amount": ["19.99"]}, "the shares make 19.99"),
        ("split", {"account": ["104582"], "amount": ["1,500.00"]}, "is not a plain decimal"),
        ("credit", {"account": "999"}, "there is no personal account"),
        ("credit", {"account": "104582", "invoice": "INV-77002"}, "has no invoice"),
        ("undo", {}, "there is nothing to undo"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_beside_the_payment(
    busy: Console, act: str, given: dict[str, object], said: str
) -> None:
    answer = busy.browser("olga").post(f"/payments/{_id(busy, 2_000)}/{act}", {**given, "reason": "so", "tab": "todo"})
    assert answer.status_code == 422
    assert said in seen(answer.text)
    assert _stands(busy, 2_000)[0] == "unmatched"


def test_above_the_amount_a_second_person_approves_and_nobody_their_own(busy: Console) -> None:
    large = _id(busy, 300_000_000)
    olga, pavel, petr = (busy.browser(name) for name in ("olga", "pavel", "petr"))
    pavel.post(f"/payments/{large}/credit", {"account": "104582", "reason": "the contract"})
    assert _stands(busy, 300_000_000)[0] == "unmatched"
    assert "somebody else must approve it" in seen(
        pavel.post(f"/payments/{large}/approve", {"reason": "me again"}).text
    )
    assert olga.post(f"/payments/{large}/approve", {"reason": "I am no approver"}).status_code == 403
    assert _stands(busy, 300_000_000)[0] == "unmatched"
    assert petr.post(f"/payments/{large}/approve", {"reason": "seen the contract"}).status_code == 303
    assert _stands(busy, 300_000_000) == ("credited", "104582")


def test_a_day_of_holding_puts_a_payment_out_of_the_way_until_it_comes(busy: Console) -> None:
    browser = busy.browser("olga")
    browser.post(f"/payments/{_id(busy, 2_000)}/hold", {"until": "2026-02-20", "reason": "asked the bank"})
    assert _id(busy, 2_000) not in browser.get("/queue").text
    assert _id(busy, 2_000) in browser.get("/queue?tab=later").text
    busy.clock.on(days=11)
    assert _id(busy, 2_000) in busy.browser("olga").get("/queue").text


@pytest.mark.parametrize(("act", "status"), [("hold", "held"), ("return", "returned"), ("ignore", "ignored")])
def test_one_thing_is_done_to_several_each_by_itself(busy: Console, act: str, status: str) -> None:
    browser = busy.browser("olga")
    marked = [_id(busy, 1_000), _id(busy, 2_000), "0" * 24]
    answer = browser.post(f"/queue/several/{act}", {"payment": marked, "reason": "asked the bank", "tab": "todo"})
    assert "Done to 2 payments" in seen(answer.text)
    assert "there is no payment" in seen(answer.text)
    assert [_stands(busy, amount)[0] for amount in (1_000, 2_000)] == [status, status]
    browser.post(f"/payments/{_id(busy, 1_000)}/undo", {"reason": "not this one"})
    assert _stands(busy, 2_000)[0] == status


def test_many_at_once_is_no_way_around_the_second_person_nor_a_way_to_credit(busy: Console) -> None:
    browser = busy.browser("olga")
    given = {"payment": [_id(busy, 300_000_000)], "reason": "so", "tab": "todo", "account": "104582"}
    assert "1 wait for a second person" in seen(browser.post("/queue/several/return", given).text)
    assert _stands(busy, 300_000_000)[0] == "unmatched"
    for act in ("credit", "split", "reassign", "approve", "undo"):
        assert browser.post(f"/queue/several/{act}", given).status_code == 404


# --- attacks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["credit", "split", "reassign", "hold", "return", "ignore", "undo", "approve"])
@pytest.mark.parametrize("name", ["vera", "anna"])
def test_who_may_not_decide_is_refused_by_address_too(busy: Console, name: str, act: str) -> None:
    before = rows(busy.engine, "SELECT id, status, decision_no FROM payment ORDER BY id")
    given = {"account": "104582", "reason": "so"}
    assert busy.browser(name).post(f"/payments/{_id(busy, 2_000)}/{act}", given).status_code == 403
    assert rows(busy.engine, "SELECT id, status, decision_no FROM payment ORDER BY id") == before
    assert not rows(busy.engine, "SELECT id FROM proposed_act")


def test_a_viewer_is_shown_no_button_that_does_nothing_for_them(busy: Console) -> None:
    assert "/credit" not in busy.browser("vera").get(f"/queue/{_id(busy, 2_000)}").text


@pytest.mark.parametrize("page", ["/queue", "/queue/{id}", "/payments/{id}"])
def test_what_a_payer_wrote_is_shown_and_never_run(busy: Console, page: str) -> None:
    html = busy.browser("olga").get(page.format(id=_id(busy, 90_000))).text
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_reason_is_shown_and_never_run(busy: Console) -> None:
    browser = busy.browser("olga")
    browser.post(f"/payments/{_id(busy, 2_000)}/ignore", {"reason": EVIL})
    for html in (browser.get(f"/payments/{_id(busy, 2_000)}").text, busy.browser("anna").get("/audit").text):
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html


def test_the_same_form_sent_twice_credits_once(busy: Console) -> None:
    browser = busy.browser("olga")
    given = {"account": "104582", "reason": "so"}
    first, second = (browser.post(f"/payments/{_id(busy, 2_000)}/credit", given) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 422)
    assert rows(busy.engine, "SELECT count(*) FROM placement WHERE kind = 'credit'") == [(1,)]


@pytest.mark.parametrize("id_", ["0", "%", "../../etc/passwd", "' OR 1=1 --", "zzzzzzzzzzzzzzzzzzzzzzzz"])
def test_a_made_up_id_leads_nowhere(busy: Console, id_: str) -> None:
    browser = busy.browser("olga")
    assert browser.get(f"/queue/{id_}").status_code in (404, 200 if id_.startswith("..") else 404)
    assert browser.get(f"/queue?f={id_}&after={id_}").status_code == 200
