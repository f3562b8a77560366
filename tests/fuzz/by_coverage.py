"""`python -m tests.fuzz.by_coverage FORMAT [libFuzzer options]`: inputs that atheris finds by what they reach.

Needs the extra `fuzz` (`pip install -e '.[test,fuzz]'`). It begins with the golden files and with `tests/fuzz/corpus`,
where inputs lie that once were a fault; what it finds of new ones stands in `var/fuzz/`. For example
`python -m tests.fuzz.by_coverage mt940 -max_total_time=600`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found,unused-ignore]

with atheris.instrument_imports(include=["reconcile.parsers", "reconcile.money"]):
    import reconcile.parsers  # noqa: F401

from tests.fuzz.target import FORMATS, checked, seeds

FOUND = Path("var/fuzz")


def main(arguments: list[str]) -> None:
    if len(arguments) < 2 or arguments[1] not in FORMATS:
        sys.exit(f"usage: python -m tests.fuzz.by_coverage {'|'.join(sorted(FORMATS))} [libFuzzer options]")
    name, options = arguments[1], arguments[2:]
    start = FOUND / f"corpus-{name}"
    start.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(seeds(name)):
        (start / f"seed-{number}").write_bytes(content)
    command = [arguments[0], f"-artifact_prefix={FOUND}/{name}-", "-max_len=20000", *options, str(start)]
    atheris.Setup(command, lambda content: checked(content, FORMATS[name]))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
