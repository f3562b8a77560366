"""How a test looks at a report: the page through lxml, the workbook through another library than wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import html
from python_calamine import CalamineWorkbook


class Page:
    """A page as a reader sees it."""

    def __init__(self, path: Path) -> None:
        self.source = path.read_text(encoding="utf-8")
        self.root = html.document_fromstring(self.source)

    def text(self, section: str = "") -> str:
        """The visible words of the page, or of one section, with plain blanks."""
        found = self.root.get_element_by_id(section) if section else self.root.body
        return " ".join(" ".join(found.itertext()).split())

    def rows(self, section: str) -> list[dict[str, str]]:
        """The rows of a section's table: heading to words, the first cell under an empty heading."""
        found = self.root.get_element_by_id(section).xpath(".//tbody/tr")
        return [
            {cell.get("data-label", ""): " ".join(" ".join(cell.itertext()).split()) for cell in row.xpath("./td")}
            for row in found
        ]

    def purpose(self) -> str:
        """The first purpose on the page as it was typed: without the labels of what was read in it."""
        return "".join(self.root.xpath("//p[@class='purpose'][1]")[0].xpath(".//text()[not(parent::*[@class='tag'])]"))

    def all(self, xpath: str) -> list[Any]:
        return list(self.root.xpath(xpath))


def sheet(path: Path, name: str) -> list[list[Any]]:
    """A sheet's cells with their types; an empty cell is ''."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)


def table(path: Path, name: str) -> list[dict[str, Any]]:
    """A sheet that is one table, a dict a row."""
    headings, *rows = sheet(path, name)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def block(path: Path, first: str) -> list[dict[str, Any]]:
    """A table of the summary, found by its first heading, up to the next empty row."""
    rows = sheet(path, "Summary")
    start = next(number for number, row in enumerate(rows) if row[0] == first)
    found = []
    for row in rows[start + 1 :]:
        if not any(cell != "" for cell in row):
            break
        found.append(dict(zip(rows[start], row, strict=True)))
    return found
