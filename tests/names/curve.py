"""Prints the error curve of docs/names.md: `python -m tests.names.curve`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from reconcile.names import NameMatch, compare
from tests.names.pairs import Pair, different_pairs, same_pairs

SEED, SAME, DIFFERENT = 2026, 40_000, 100_000


def rows(pairs: Iterable[Pair], by: Callable[[Pair], str]) -> list[str]:
    """One line a group: how many pairs, and what share of them is judged the same, doubtful, different."""
    counts: dict[str, Counter[NameMatch]] = defaultdict(Counter)
    for pair in pairs:
        verdict = compare(pair.payer, pair.holder)
        counts[by(pair)][verdict] += 1
        counts["all"][verdict] += 1
    lines = []
    for group in sorted(counts, key=lambda one: (one == "all", one)):
        total = counts[group].total()
        shares = (f"{100 * counts[group][verdict] / total:.1f} %" for verdict in NameMatch)
        lines.append(f"| {group} | {total} | {' | '.join(shares)} |")
    return lines


def main() -> None:
    head = ["| pairs | number | same | different | doubtful |", "|---|---|---|---|---|"]
    print("\n".join(["One name, by the payer's spelling", *head]))
    print("\n".join(rows(same_pairs(SEED, SAME), lambda pair: pair.scheme)))
    print("\n".join(["\nNot one name, by what was changed", *head]))
    print("\n".join(rows(different_pairs(SEED, DIFFERENT), lambda pair: pair.kind)))


if __name__ == "__main__":
    main()
