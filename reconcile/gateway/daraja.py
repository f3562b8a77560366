"""What Safaricom's Daraja says of a payment to a paybill or till (C2B), with all that deviates from its documentation.

The phone comes masked, as a SHA-256 of 64 hexadecimal digits, or not at all; names are often empty; between companies
the type is `Organization To Organization Transfer` and the payer's name stands in FirstName; the time is Nairobi's and has
no offset; the account number is what the payer typed. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from reconcile.gateway.payers import mask_phone, phone_key
from reconcile.gateway.report import DEFAULT_OPERATOR, Door, Kind, Report
from reconcile.identifiers import mask_cards
from reconcile.policy import Method
from reconcile.problem import Refusal

CURRENCY: Final = "KES"
PROVIDER: Final = "safaricom"
_AMOUNT: Final = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2})0*)?", re.ASCII)
_TIME: Final = re.compile(r"[0-9]{14}", re.ASCII)
_RECEIPT: Final = re.compile(r"[0-9A-Z]{6,20}", re.ASCII)
_NAMES: Final = ("FirstName", "MiddleName", "LastName")
_FACTS: Final = ("TransactionType", "TransID", "TransTime", "TransAmount", "BusinessShortCode", "BillRefNumber",
                 "InvoiceNumber", "ThirdPartyTransID")  # fmt: skip


def said(body: bytes) -> dict[str, str]:
    """The fields as text, amounts digit for digit, full card numbers masked; what is null or no text is empty."""
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refusal.of("the call is no JSON object", "nothing moved; look for the payment on the statement") from None
    if not isinstance(found, dict):
        raise Refusal.of("the call is no JSON object", "nothing moved; look for the payment on the statement")
    return {str(name)[:40]: _clean(value) for name, value in found.items()}


def _clean(value: object) -> str:
    if not isinstance(value, str):
        return ""
    plain = "".join(sign if sign.isprintable() else " " for sign in value)
    return mask_cards(" ".join(plain.split())[:200])


def amount_of(given: Mapping[str, str]) -> int:
    """In cents. The documentation says whole shillings; the operator also sends two decimals.

    >>> amount_of({"TransAmount": "233.8"}), amount_of({"TransAmount": "150000"})
    (23380, 15000000)
    """
    read = _AMOUNT.fullmatch(given.get("TransAmount", ""))
    amount = int(read[1]) * 100 + int((read[2] or "").ljust(2, "0")) if read else 0
    if amount <= 0:
        raise Refusal.of("TransAmount is no amount above zero", "nothing moved; look for the payment on the statement")
    return amount


def typed(given: Mapping[str, str]) -> str:
    """The account number as the payer typed it; empty for a till."""
    return given.get("BillRefNumber", "")[:80]


def moment_of(given: Mapping[str, str], zone: tzinfo) -> datetime:
    text = given.get("TransTime", "")
    try:
        if _TIME.fullmatch(text):
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        pass
    raise Refusal.of("TransTime is no moment", "nothing moved; look for the payment on the statement")


def report_of(given: Mapping[str, str], zone: tzinfo) -> Report:
    """A confirmation as a report. It is unsigned: who trusts it is the policy's to say."""
    receipt = given.get("TransID", "").upper()
    if not _RECEIPT.fullmatch(receipt):
        raise Refusal.of("TransID is no receipt", "nothing moved; look for the payment on the statement")
    phone = given.get("MSISDN", "")
    facts: dict[str, object] = {name: given[name] for name in _FACTS if given.get(name)}
    facts |= {"MSISDN": mask_phone(phone)} if phone else {}
    facts |= {"payer_name": name} if (name := " ".join(filter(None, (given.get(each, "") for each in _NAMES)))) else {}
    return Report(
        kind=Kind.PAID, door=Door.CALLBACK, method=Method.MOBILE_MONEY, amount=amount_of(given), currency=CURRENCY,
        at=moment_of(given, zone), receipt=receipt, account=typed(given), provider=PROVIDER,
        merchant=given.get("BusinessShortCode", "")[:64], payer_key=phone_key(phone, "KE") if phone else "",
        phone=mask_phone(phone), operator=DEFAULT_OPERATOR, source="M-Pesa callback", facts=facts,
    )  # fmt: skip
