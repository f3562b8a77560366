"""Books with a million payments on PostgreSQL, made by the database itself: every row through INSERT … SELECT into the
real tables, with every constraint, index and trigger in force. What a page reads is there: lines, details, entries,
payments, decisions, postings, placements, invoices with their allocations, balances. Seals of the journal's chain are
made up: no page checks them.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

LAST_DAY = "2026-02-09"
EACH = 1000
"""Entries a statement; five own bank accounts have a statement a day."""
ACCOUNTS = 50_000

_COUNTRY = "(ARRAY['KZ','KZ','UZ','UZ','KE'])[{o} + 1]"
_CURRENCY = "(ARRAY['KZT','KZT','UZS','UZS','KES'])[{o} + 1]"
_WORDS = (
    "ARRAY['Ромашка','Василёк','Северный ветер','Тау Логистик','Дала Строй','Самарканд Савдо','Шарк','Nyota Traders',"
    "'Алатау Сервис','Бухоро Текстиль']"
)
_FORM = "(ARRAY['ТОО','АО','OOO','MCHJ','Ltd'])[{o} + 1]"
_OPEN = "n % 100 = 8"
_STATUS = f"CASE WHEN {_OPEN} THEN CASE WHEN n / 100 % 4 < 2 THEN 'held' ELSE 'unmatched' END ELSE 'credited' END"
_REASON = (
    f"CASE WHEN {_OPEN} THEN (ARRAY['third_party_purpose_incomplete','payer_unknown','no_reference',"
    "'ambiguous_reference'])[n / 100 % 4 + 1] END"
)
_CANDIDATES = (
    "CASE WHEN n % 100 = 8 AND n / 100 % 4 = 2 THEN '[]' ELSE '[{\"account\": \"' || number || '\", \"invoice\": ' || "
    "CASE WHEN n % 2 = 0 THEN '\"INV' || n || '\"' ELSE 'null' END || ', \"score\": 0.9, "
    '"evidence": [["account_marked", {"number": "\' || number || \'"}]]}]\' END'
)

STEPS = (
    "INSERT INTO own_bank_account (number, country, currency, legal_entity, bank_name, imported, taken_up_at) "
    "SELECT 'OWN' || o, {country}, {currency}, '', 'Bank ' || o, true, now() FROM generate_series(0, 4) o",
    "CREATE TEMP TABLE customer AS SELECT a, a % 5 AS o, (10000000 + a)::text AS number, {country_a} AS country, "
    "{currency_a} AS currency, {form} || ' «' || ({words})[a % 10 + 1] || ' ' || a || '»' AS name, "
    "lpad(a::text, 12, '8') AS tax_id FROM generate_series(0, :accounts - 1) a",
    "INSERT INTO holder SELECT 'account:' || number, country, 'legal_entity' FROM customer",
    "INSERT INTO holder_name SELECT 'account:' || number, name, lower(name), lower(name) FROM customer",
    "INSERT INTO holder_tax_id SELECT 'account:' || number, tax_id FROM customer",
    "INSERT INTO account (number, number_key, zeroless_key, holder_key, holder_name, country, currency, tax_ids, "
    "bank_accounts, status) SELECT number, number, number, 'account:' || number, name, country, currency, "
    "('[\"' || tax_id || '\"]')::jsonb, '[]', 'open' FROM customer",
    # A payment is a number n: the entry n % 1000 of the statement n / 1000.
    "CREATE TEMP TABLE one AS SELECT n, n / :each AS s, n % :each + 1 AS position, n / :each % 5 AS o, "
    "(DATE '" + LAST_DAY + "' - ((:payments - 1) / :each / 5) + n / :each / 5)::date AS day, "
    "1000 + n::bigint * 7919 % 90000000 AS amount, c.number, c.currency, c.name, c.tax_id, "
    "substr(md5('payment' || n), 1, 24) AS id, substr(md5('entry' || n), 1, 24) AS entry_id "
    "FROM generate_series(0, :payments - 1) n "
    "JOIN customer c ON c.a = n::bigint * 7919 % (:accounts / 5) * 5 + n / :each % 5",
    "INSERT INTO invoice (number, number_key, zeroless_key, account_number, amount, currency, issued_on, status) "
    "SELECT 'INV' || n, 'INV' || n, 'INV' || n, number, amount, currency, day - 5, 'open' FROM one WHERE n % 2 = 0",
    "CREATE TEMP TABLE sheet AS SELECT s, o, day, min(currency) AS currency, count(*) AS pieces, sum(amount) AS total, "
    "substr(md5('statement' || s), 1, 24) AS id, md5('file' || s) || md5('elif' || s) AS hash FROM one GROUP BY s, o, day",
    "INSERT INTO statement_file SELECT hash, 'day-' || s || '.txt', 1, false, day + interval '28 hours', 'bench' FROM sheet",
    "INSERT INTO statement (id, sequence, file_hash, number_in_file, own_account, format, version, reference, currency, "
    "period_from, period_to, opening, closing, entries, credit_sum, debit_sum, state, arithmetic, continuity, fault, "
    "loaded_at, stored_at) SELECT id, s + 1, hash, 1, 'OWN' || o, '1c', '2.0', '', currency, day, day, "
    "sum(total) OVER (PARTITION BY o ORDER BY s) - total, sum(total) OVER (PARTITION BY o ORDER BY s), pieces, total, 0, "
    "'stored', 'ok', 'ok', '', day + interval '28 hours', day + interval '28 hours' FROM sheet",
    "INSERT INTO statement_line (statement_id, position, file_line, booking_date, credit_debit, amount, currency, "
    "bank_reference, reversal, reverses, identity, entry_id) SELECT sheet.id, position, position * 14, one.day, 'credit', "
    "amount, one.currency, n::text, false, '', md5('line' || n), entry_id FROM one JOIN sheet USING (s)",
    "INSERT INTO line_detail (statement_id, position, detail_no, amount, name, tax_id, account, bank, kind, ultimate_name, "
    "ultimate_tax_id, ultimate_account, ultimate_kind, purpose) SELECT sheet.id, position, 0, amount, "
    "CASE WHEN {open} THEN 'Плательщик ' || n ELSE name END, CASE WHEN {open} THEN '' ELSE tax_id END, "
    "CASE WHEN {open} THEN 'PAYER' || n % 5000 ELSE '' END, '', '', '', '', '', '', "
    "'Оплата по счету INV' || n || ' за облачные услуги, л/с ' || number FROM one JOIN sheet USING (s)",
    "INSERT INTO entry (id, own_account, identity, occurrence, booking_date, credit_debit, amount, currency, reversal, "
    "statement_id, position, sequence, before_books, possible_duplicate, voided) SELECT entry_id, 'OWN' || one.o, "
    "md5('line' || n), 1, one.day, 'credit', amount, one.currency, false, sheet.id, position, s + 1, false, false, false "
    "FROM one JOIN sheet USING (s)",
    "INSERT INTO payment (id, entry_id, detail_no, channel, own_account, amount, currency, booking_date, sequence, "
    "decision_no, status, reason, account_number, by_person, generation) SELECT id, entry_id, 0, 'bank_transfer', "
    "'OWN' || o, amount, currency, day, s + 1, 1, {status}, {reason}, "
    "CASE WHEN ({status}) <> 'unmatched' THEN number END, false, CASE WHEN {open} THEN 0 ELSE 1 END FROM one",
    "INSERT INTO decision (payment_id, no, status, reason, flags, account_number, rule, allocations, splits, candidates, "
    "evidence, program_version, policy_version, act, actor, note, decided_at, run_no, digest) SELECT id, 1, {status}, "
    "{reason}, '[]', CASE WHEN ({status}) <> 'unmatched' THEN number END, 'references_agree', '[]', "
    "CASE WHEN {open} THEN '[]'::jsonb ELSE ('[[\"' || number || '\", ' || amount || ']]')::jsonb END, "
    "({candidates})::jsonb, "
    "('[[\"account_marked\", {{\"number\": \"' || number || '\"}}]]')::jsonb, '0', 'bench', 'decide', 'machine', '', "
    "day + interval '29 hours', 1, md5('decision' || n) FROM one",
    "INSERT INTO journal_link SELECT s + 1, md5('link' || s), pieces * 2, md5(s::text) || md5(s::text), "
    "md5((s + 1)::text) || md5((s + 1)::text), day + interval '29 hours' FROM sheet",
    "INSERT INTO journal SELECT 'receive:' || entry_id, md5('link' || s), position, 'bank:OWN' || o, 'unapplied:OWN' || o, "
    "amount, currency, day, day + interval '29 hours', NULL, 'received' FROM one",
    "INSERT INTO journal SELECT 'credit:' || id || ':1', md5('link' || s), 1000 + position, 'unapplied:OWN' || o, "
    "'customer:' || number, amount, currency, day, day + interval '29 hours', id, 'credited' FROM one WHERE NOT ({open})",
    "INSERT INTO placement (payment_id, generation, kind, amount) SELECT id, 1, 'credit', amount FROM one "
    "WHERE NOT ({open})",
    "INSERT INTO allocation (invoice_number, sequence, invoice_amount, before, amount, after, payment_id, generation) "
    "SELECT 'INV' || n, 1, amount, amount, amount, 0, id, 1 FROM one WHERE n % 2 = 0 AND NOT ({open})",
    "INSERT INTO balance_change (account_number, sequence, previous, journal_key, before, change, after) "
    "SELECT number, i, nullif(i - 1, 0), 'credit:' || id || ':1', total - amount, amount, total FROM (SELECT *, "
    "row_number() OVER its AS i, sum(amount) OVER its AS total FROM one WHERE NOT ({open}) "
    "WINDOW its AS (PARTITION BY number ORDER BY n)) each",
    "INSERT INTO run (no, as_of, high_water, pass_no, started_at, finished_at, actor) "
    "SELECT 1, '" + LAST_DAY + "', max(s) + 1, 1, now(), now(), 'machine' FROM sheet",
)  # fmt: skip


def fill(engine: Engine, payments: int) -> None:
    """One payment of a hundred waits for a person; the others are credited."""
    shapes = {
        "country": _COUNTRY.format(o="o"), "currency": _CURRENCY.format(o="o"), "country_a": _COUNTRY.format(o="a % 5"),
        "currency_a": _CURRENCY.format(o="a % 5"), "form": _FORM.format(o="a % 5"), "words": _WORDS, "open": _OPEN,
        "status": _STATUS, "reason": _REASON, "candidates": _CANDIDATES,
    }  # fmt: skip
    numbers = {"payments": payments, "each": EACH, "accounts": ACCOUNTS}
    with engine.begin() as connection:
        for step in STEPS:
            words = step.format(**shapes)
            for name, number in numbers.items():
                words = words.replace(f":{name} ", f"{number} ").replace(f":{name})", f"{number})")
            connection.exec_driver_sql(words.replace("%", "%%"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
