"""pretix's own bank import (its plugin `banktransfer`), run by `tests.benchmarks.bench_peers` in pretix's environment."""

# mypy: ignore-errors

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django


def main(count: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django_scopes import scopes_disabled

    call_command("migrate", verbosity=0)
    with scopes_disabled():
        job, data = prepare(count)
        from pretix.plugins.banktransfer.tasks import process_banktransfers

        started = time.perf_counter()
        process_banktransfers.apply(kwargs={"job": job.pk, "data": data}, throw=True)
        seconds = time.perf_counter() - started
        from pretix.base.models import Order

        paid = Order.objects.filter(status=Order.STATUS_PAID).count()
    print(f"RESULT {count} {seconds:.3f} {paid}")


def prepare(count: int):
    """One event, an order for each entry, and the rows as pretix's own parsers hand them over."""
    from pretix.base.models import Event, Order, Organizer
    from pretix.plugins.banktransfer.models import BankImportJob

    now = datetime.now(UTC)
    organizer = Organizer.objects.create(name="Cloud", slug="cloud")
    event = Event.objects.create(
        organizer=organizer, name="Cloud", slug="cloud", currency="EUR", date_from=now + timedelta(days=90),
        plugins="pretix.plugins.banktransfer", live=True,
    )  # fmt: skip
    event.settings.payment_banktransfer__enabled = True
    data = []
    for number in range(count):
        amount = Decimal(1000 + number)
        order = Order.objects.create(
            code=_code(number), event=event, email="customer@example.org", status=Order.STATUS_PENDING, datetime=now,
            expires=now + timedelta(days=30), total=amount, locale="en",
            sales_channel=organizer.sales_channels.get(identifier="web"),
        )  # fmt: skip
        order.payments.create(provider="banktransfer", state="created", amount=amount)
        data.append({
            "payer": "Customer", "reference": f"CLOUD-{order.code}", "amount": str(amount), "date": f"{now:%Y-%m-%d}",
        })  # fmt: skip
    return BankImportJob.objects.create(event=event), data


LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ3789"


def _code(number: int) -> str:
    found = ""
    for _ in range(5):
        number, rest = divmod(number, len(LETTERS))
        found += LETTERS[rest]
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quiet_settings")
    main(int(sys.argv[1]))
