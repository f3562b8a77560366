"""The letter's charts as PNG pictures: many mail programs show no SVG. The shapes are counts, never money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.reports.model import AGES, AgeLine, DayBar

WIDTH: Final = 600
HEIGHT: Final = 150
_CREDITED: Final = "#1f7a5a"
_REST: Final = "#d5dde1"
_WAITING: Final = {"held": "#d9902f", "unmatched": "#b5483a"}
_TEXT: Final = "#5f6b73"


def trend(bars: Sequence[DayBar]) -> bytes | None:
    """Payments of the last days, and how many of them were credited automatically. None where nothing came, or where
    pictures cannot be made here."""
    if not bars:
        return None
    most = max(bar.received for bar in bars) or 1
    step = WIDTH / len(bars)
    shapes = []
    for at, bar in enumerate(bars):
        whole, done = (_height(count, most) for count in (bar.received, bar.automatic))
        left, wide = at * step + step * 0.15, step * 0.7
        shapes.append(_rect(left, wide, whole, _REST))
        shapes.append(_rect(left, wide, done, _CREDITED))
        shapes.append(_word(left + wide / 2, HEIGHT - 4, f"{bar.day:%d.%m}"))
    return _png(shapes)


def ageing(lines: Sequence[AgeLine]) -> bytes | None:
    """How many payments wait, by how long, held and unmatched beside each other."""
    counts = {
        status: [sum(line.steps[at].count for line in lines if line.status == status) for at in range(len(AGES))]
        for status in _WAITING
    }
    most = max(max(each) for each in counts.values())
    if not most:
        return None
    step = WIDTH / len(AGES)
    shapes = []
    for at, (label, _) in enumerate(AGES):
        for place, (status, colour) in enumerate(_WAITING.items()):
            left = at * step + step * (0.14 + 0.37 * place)
            shapes.append(_rect(left, step * 0.35, _height(counts[status][at], most), colour))
        shapes.append(_word(at * step + step / 2, HEIGHT - 4, label.replace(">", "&gt;")))
    return _png(shapes)


def _height(count: int, most: int) -> float:
    return (HEIGHT - 24) * count / most if count else 0.0


def _rect(left: float, wide: float, high: float, colour: str) -> str:
    top = HEIGHT - 18 - high
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{colour}"/>'


def _word(middle: float, base: float, word: str) -> str:
    face = 'font-family="Libertinus Serif" font-size="11" text-anchor="middle"'
    return f'<text x="{middle:.1f}" y="{base}" {face} fill="{_TEXT}">{word}</text>'


def _png(shapes: Sequence[str]) -> bytes | None:
    """The drawing as a picture, twice as fine as it is shown. None where the package that draws it is not installed:
    the letter then has its tables alone."""
    try:
        import typst
    except ImportError:
        return None
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'
    page = (
        f"#set page(width: {WIDTH}pt, height: {HEIGHT}pt, margin: 0pt)\n#image(bytes(sys.inputs.drawing), width: 100%)"
    )
    picture = typst.compile(page.encode(), format="png", ppi=144, sys_inputs={"drawing": drawing})
    assert isinstance(picture, bytes)
    return picture
