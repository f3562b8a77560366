"""Faults put into statement files, all of them told by a seed: the same seed is the same file, on every machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

Mutation = Callable[[bytes, random.Random], bytes]

TOKENS: Final = [
    b"\x00", b"\xff", b"\x98", b"\r", b"\n\n", b"=", b"<", b">", b"&", b"&#0;", b"&lt", b"</", b"<!--", b"<![CDATA[",
    b"]]>", b"<STMTTRN>", b"</STMTTRN>", b"<MEMO>", b"</OFX>", b"<Ntry>", b"</Stmt>", b"<!DOCTYPE a>", b"\xef\xbb\xbf",
    b"\n:61:", b"\n:62F:", b"\n:62M:", b"\n:60M:", b"\n:20:x\n", b"\n:25:1\n", b"\n:86:", b"\n-\n", b"\n-}\n", b"{4:",
    b"?20", b"?31", b"/NAME/", b"/CNTP/", b"SVWZ+", b"EREF+", b"-", b",", b".", b";", b"\t", b'"', b"NaN", b"1e5", b"RC",
    b"9" * 40, b"0", b"00000000", b"2026-02-30", b"31.11.2026", b"KZT", b"XXX",
    "КонецДокумента".encode(), "СекцияДокумент".encode(), "КонецФайла".encode("cp1251"),
    "\nСекцияРасчСчет\n".encode("cp1251"), "\nСумма=".encode(), "\u202e\u00a0\ufeff".encode(), "Ә".encode("utf-16-le"),
]  # fmt: skip
_ENCODINGS: Final = ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1251", "cp866", "kz1048", "latin-1")
_BULK: Final = 100_000


def _span(content: bytes, rng: random.Random) -> tuple[int, int]:
    first, second = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return first, second


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _left_out(content: bytes, rng: random.Random) -> bytes:
    first, second = _span(content, rng)
    return content[:first] + content[second:]


def _doubled(content: bytes, rng: random.Random) -> bytes:
    first, second = _span(content, rng)
    return content[:second] + content[first:second] + content[second:]


def _flipped(content: bytes, rng: random.Random) -> bytes:
    flipped = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def _strange(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice(TOKENS) + content[place:]


def _overwritten(content: bytes, rng: random.Random) -> bytes:
    place, token = rng.randrange(len(content) + 1), rng.choice(TOKENS)
    return content[:place] + token + content[place + len(token) :]


def _digits(content: bytes, rng: random.Random) -> bytes:
    """Another figure: amounts, dates, numbers and tags all have them."""
    places = [place for place, byte in enumerate(content) if 48 <= byte <= 57]
    changed = bytearray(content)
    for place in rng.sample(places, min(len(places), rng.randint(1, 4))):
        changed[place] = 48 + rng.randrange(10)
    return bytes(changed)


def _lines(content: bytes, rng: random.Random) -> bytes:
    """A line that moves, goes, or stands twice."""
    lines = content.split(b"\n")
    line = lines.pop(rng.randrange(len(lines)))
    for _ in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _line_ends(content: bytes, rng: random.Random) -> bytes:
    return content.replace(b"\n", rng.choice([b"\r", b"\r\n", b"\n\n", b"", b"\n ", b"\x0b\n", b"\x1a\n"]))


def _other_encoding(content: bytes, rng: random.Random) -> bytes:
    text = content.decode("utf-8", "replace") if rng.random() < 0.5 else content.decode("cp1251", "replace")
    return text.encode(rng.choice(_ENCODINGS), "replace")


def _case(content: bytes, rng: random.Random) -> bytes:
    return content.lower() if rng.random() < 0.5 else content.upper()


USUAL: Final[tuple[Mutation, ...]] = (
    _cut, _left_out, _doubled, _flipped, _strange, _overwritten, _digits, _lines,
)  # fmt: skip
RARE: Final[tuple[Mutation, ...]] = (_line_ends, _other_encoding, _case)


def mutated(content: bytes, rng: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """One to four faults; seldom a change of the whole text, a piece of another file, or a slice a thousand times."""
    for _ in range(rng.randint(1, 4)):
        mutation = rng.choice(RARE) if rng.random() < 0.06 else rng.choice(USUAL)
        content = mutation(content, rng) or content
    if others and rng.random() < 0.05:
        other = rng.choice(others)
        first, second = _span(other, rng)
        place = rng.randrange(len(content) + 1)
        content = content[:place] + other[first:second] + content[place:]
    return _bulky(content, rng) if rng.random() < 0.004 else content


def _bulky(content: bytes, rng: random.Random) -> bytes:
    """A slice over and over, up to a hundred kilobytes: what costs more than linear time shows here."""
    first, second = _span(content, rng)
    piece = content[first:second] or b":61:"
    return content[:first] + piece * (_BULK // len(piece) + 1) + content[second:]
