"""Tryton's own bank import (CSV statement, rules that find the invoice, validation, posting), run by
`tests.benchmarks.bench_peers` inside Tryton's environment, with the helpers of Tryton's own scenarios."""

# mypy: ignore-errors

import datetime as dt
import os
import sys
import time
from decimal import Decimal

from proteus import Model, Wizard
from trytond.config import config as settings

settings.set("database", "uri", os.environ["TRYTOND_DATABASE_URI"])

from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts  # noqa: E402
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences  # noqa: E402
from trytond.modules.company.tests.tools import create_company  # noqa: E402
from trytond.tests.tools import activate_modules  # noqa: E402


def main(count: int) -> None:
    activate_modules(["account_statement_rule"], create_company, create_chart)
    today = dt.datetime.now(dt.UTC).date()
    fiscal_year = set_fiscalyear_invoice_sequences(create_fiscalyear(today=today))
    fiscal_year.click("create_period")
    accounts = get_accounts()
    configuration = Model.get("account.configuration")(1)
    configuration.customer_payment_reference_number = "invoice"
    configuration.save()
    customer = Model.get("party.party")(name="Customer", code="CUSTOMER")
    customer.save()
    invoices = [_invoice(customer, accounts["revenue"], Decimal(1000 + number)) for number in range(count)]
    journal, layout = _set_up(accounts["cash"])
    table = "number,date,amount,account,party,description\n" + "".join(
        f"{number},{today:%d/%m/%Y},{invoice.total_amount},,Customer,Ref: {invoice.customer_payment_reference}\n"
        for number, invoice in enumerate(invoices)
    )
    started = time.perf_counter()
    taken_in = Wizard("account.statement.import")
    taken_in.form.file_ = table.encode()
    taken_in.form.file_name = "statement.csv"
    taken_in.form.file_format = "csv"
    taken_in.form.csv_format = layout
    taken_in.form.csv_journal = journal
    taken_in.execute("import_")
    ((statement,),) = taken_in.actions
    statement.click("apply_rules")
    statement.click("validate_statement")
    statement.click("post")
    seconds = time.perf_counter() - started
    paid = len(Model.get("account.invoice").find([("state", "=", "paid")]))
    print(f"RESULT {count} {seconds:.3f} {paid}")


def _invoice(customer, revenue, amount):
    invoice = Model.get("account.invoice")(type="out", party=customer)
    line = invoice.lines.new()
    line.quantity = 1
    line.unit_price = amount
    line.account = revenue
    invoice.click("post")
    return invoice


def _set_up(cash):
    rule = Model.get("account.statement.rule")(name="The invoice's reference")
    rule.description = r"Ref: *(?P<payment_reference>.*)"
    line = rule.lines.new()
    line.amount = "pending"
    rule.save()
    (kind,) = Model.get("account.journal").find([("code", "=", "STA")], limit=1)
    journal = Model.get("account.statement.journal")(name="Bank", journal=kind, account=cash, validation="amount")
    journal.save()
    layout = Model.get("account.statement.import.csv")(name="Bank")
    layout.lines_to_skip = 1
    layout.date_format = "%d/%m/%Y"
    layout.decimal_point = "."
    layout.thousands_sep = ","
    columns = ("number", "date", "amount", "account", "party", "description")
    for place, column in enumerate(columns):
        setattr(layout, f"{column}_column", place)
    layout.save()
    return journal, layout


if __name__ == "__main__":
    main(int(sys.argv[1]))
