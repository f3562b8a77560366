"""SWIFT MT as a stream of fields: `:61:…` with the lines that belong to it, and where a message ends.

A field begins at a line with a known tag, blanks before it or not; every other line goes on with the field before it,
kept as a line feed, for banks fold a field at 65 (or 35) characters wherever that falls: also within a time of day, so
that `…13` and `:20:15` are one text. Envelopes (`{1:…}{4:`, `-}`, also with the letters that stand for braces in the
national sets of ISO 646), bank headers before `:20:` and control characters are no fields. A lone `-` within a
statement is text, unless a closing balance came before it or the next message begins behind it: at the end of a file it
may be a text that was cut. An empty line behind a field 61 is the end where it ends the file and is its only one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from reconcile.parsers.source import CHUNK, undecodable, words
from reconcile.problem import Refusal

START, END, TYPE = ":20:", "-", "{2:"
TAGS: Final = words(
    ":13: :13D: :20: :21: :25: :25P: :28: :28C: :34F: :60F: :60M: :61: :62F: :62M: :64: :65: :86: :90C: :90D: :NS:"
)
_USUAL: Final = (":61:", ":86:")
_TAG: Final = re.compile(r":[0-9N][0-9S][A-Z]?:")
_CONTROL: Final = "\x01\x02\x03\x00\x1a"
_SPECIAL: Final = ":-{ " + _CONTROL
_ENDS: Final = " \n\t" + _CONTROL
_END_LINE: Final = re.compile(r"-(?:[}åü].*)?")
_BLOCK_ENDS: Final = ("-}", "-å", "-ü")
# What a line with blanks in front may be: no time of day has minutes like these.
_INDENTED: Final = re.compile(r" +:(?:61|86|60[FM]|62[FM]|64|65):")
_CLOCK: Final = re.compile(r":(?:13|20|21|25|28):[0-5][0-9](?![0-9])")
_HOUR: Final = re.compile(r"(?:^|[^0-9])(?:[01]?[0-9]|2[0-4])\s*$")
_TYPE: Final = re.compile(r"\{2:[IO](9[0-9]{2})")
_BLOCK: Final = re.compile(r"(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*\{4:")


class Field(NamedTuple):
    tag: str
    text: str
    """Without the tag; folds as line feeds, blanks at the ends of the field removed."""
    line: int


new_tuple: Final = tuple.__new__
"""Makes a named tuple of a plain one at half the price of its constructor."""


def fields(lines: Iterator[str], encoding: str) -> Iterator[Field]:
    """The fields in their order; a field `-` where a message ends, and `{2:` with the type that an envelope names.
    Other text outside messages is left out."""
    tag, start, number, opened, dash, empty = "", 0, 0, False, 0, 0
    text: list[str] = []
    try:
        for number, line in enumerate(lines, 1):
            first = line[0]
            if tag and not dash and (first not in _SPECIAL or (first == " " and not _INDENTED.match(line))):
                text.append(line)
                empty += first == "\n"
                continue
            if line[:4] in _USUAL and not dash:
                if tag:
                    yield new_tuple(Field, (tag, text[0].strip() if len(text) == 1 else _joined(text), start))
                tag, start, text = line[:4], number, [line[4:]]
                continue
            if first != " " or not tag or _INDENTED.match(line):
                line = line.strip(_CONTROL + "\n ")
            if dash and line:
                if line.startswith((START, "{1:")):  # nothing of the message came behind it: it was its end
                    yield Field(tag, _joined(text), start)
                    yield Field(END, "", dash)
                    tag, opened = "", False
                else:
                    text.append("-")
                dash = 0
            if line[:1] == "{" and not opened:
                if tag == "" and (named := _TYPE.search(line)):
                    yield Field(TYPE, named.group(1), number)
                block = _BLOCK.match(line)
                line = line[block.end() :] if block else line
            found = _TAG.match(line) if line[:1] == ":" else None
            if found is not None and found.group() in TAGS and not (opened and _is_time(line, text)):
                if tag:
                    yield Field(tag, _joined(text), start)
                tag, start, text = found.group(), number, [line[found.end() :]]
                opened = tag in (":60F:", ":60M:") or (opened and tag not in (":62F:", ":62M:", START))
            elif line[:1] == "-" and (line[:2] in _BLOCK_ENDS or (not opened and _END_LINE.fullmatch(line))):
                if tag:
                    yield Field(tag, _joined(text), start)
                    yield Field(END, "", number)
                tag, opened = "", False
            elif line == "-" and tag:
                dash = number
            elif tag:
                text.append(line)
    except UnicodeError as error:
        raise undecodable(error, encoding, number + 1) from None
    if tag:
        yield Field(tag, _joined([*text, "-"] if dash else text), start)
    if tag == ":61:" and empty == 1 and text[1:] == ["\n"]:
        yield Field(END, "", number)


def _is_time(line: str, text: list[str]) -> bool:
    """Whether the tag is the middle of a time that the bank's fold has split: an hour before it, seconds behind it."""
    return _CLOCK.match(line) is not None and bool(text) and _HOUR.search(text[-1]) is not None


def _joined(text: list[str]) -> str:
    """The lines of a field, without the blanks and empty lines at its ends."""
    if len(text) == 1:
        return text[0].strip()
    return "\n".join([line.rstrip("\n") for line in text]).strip(_ENDS)


def refuse_endless_lines(stream: BinaryIO) -> None:
    """A megabyte without a line end is no statement, and would have to be held whole in memory."""
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        if len(chunk) == CHUNK and b"\n" not in chunk and b"\r" not in chunk:
            raise Refusal.of("a line is longer than a million bytes", "this is no statement: export it again")
    stream.seek(0)
