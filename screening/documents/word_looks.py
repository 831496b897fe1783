"""How Word would show a run: hidden, tiny or in the colour of what lies under it, by its own properties and its styles'.

Word has no pages to be drawn here, so each property is looked up where Word would find it: at the run, in its style and
the styles that it is based on, in the paragraph's style, in the defaults; the ground likewise from shadings around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

RUN, PARAGRAPH, CELL, TABLE = qn("w:r"), qn("w:p"), qn("w:tc"), qn("w:tbl")
BOX = qn("w:txbxContent")
RUN_PROPERTIES, VALUE, FILL = qn("w:rPr"), qn("w:val"), qn("w:fill")
OFF = frozenset({"0", "false", "off", "none"})
TINY_HALF_POINTS = 4
CONTRAST = 24  # of 255, as in a PDF
BASES = 12  # styles that are based on each other
WHITE = 255.0
PAPER, UNKNOWN = "paper", "unknown"
HIGHLIGHTS = {
    "black": 0, "blue": 28, "cyan": 178, "darkBlue": 14, "darkCyan": 89, "darkGray": 128, "darkGreen": 76, "darkMagenta": 52,
    "darkRed": 38, "darkYellow": 114, "green": 150, "lightGray": 192, "magenta": 105, "red": 77, "white": 255, "yellow": 227,
}  # fmt: skip
LIGHT_THEME = frozenset({"background1", "light1", "bg1", "lt1"})


class Looks:
    """Looks runs of one document up; its styles are read once."""

    def __init__(self, document: Any) -> None:
        self._styles: dict[str, Any] = {}
        self._defaults: dict[str, Any] = {}
        for style in document.styles.element.iter(qn("w:style")):
            self._styles[style.get(qn("w:styleId")) or ""] = style
            if (style.get(qn("w:default")) or "") in {"1", "true", "on"}:
                self._defaults[style.get(qn("w:type")) or ""] = style
        self._basis = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{RUN_PROPERTIES}")
        background = document.element.find(qn("w:background"))
        page = _grey(background.get(qn("w:color"))) if background is not None else None
        self._page = WHITE if page is None else page

    def shows(self, text: Any) -> bool:
        """Tell whether Word shows a run's text: not vanished, not tiny, not in the colour of its ground."""
        run = next(text.iterancestors(RUN), None)
        if run is None:
            return True
        sources = list(self._sources(run))
        if _is_on(_first(sources, "w:vanish")):
            return False
        size = _value(_first(sources, "w:sz"))
        if size.isdigit() and int(size) <= TINY_HALF_POINTS:
            return False
        width = _value(_first(sources, "w:w")).rstrip("%")
        if width.isdigit() and int(width) <= TINY_HALF_POINTS:
            return False
        colour = _colour(_first(sources, "w:color"))
        if colour is None:
            return True
        ground = self._ground(run, sources)
        return ground is None or abs(colour - ground) >= CONTRAST

    def _sources(self, run: Any) -> Iterator[Any]:
        """Give the run properties that count for a run, the nearest first."""
        own = run.find(RUN_PROPERTIES)
        if own is not None:
            yield own
            yield from self._style(own.find(qn("w:rStyle")))
        paragraph = next(run.iterancestors(PARAGRAPH), None)
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") if paragraph is not None else None
        yield from self._style(named)
        if named is None and "paragraph" in self._defaults:
            yield from self._based(self._defaults["paragraph"])
        if self._basis is not None:
            yield self._basis

    def _style(self, named: Any) -> Iterator[Any]:
        if named is not None:
            yield from self._based(self._styles.get(_value(named)))

    def _based(self, style: Any) -> Iterator[Any]:
        for _ in range(BASES):
            if style is None:
                return
            properties = style.find(RUN_PROPERTIES)
            if properties is not None:
                yield properties
            base = style.find(qn("w:basedOn"))
            style = self._styles.get(_value(base)) if base is not None else None

    def _ground(self, run: Any, sources: list[Any]) -> float | None:
        """Give the grey of what lies under a run; None where a picture, a shape or a table's style may."""
        highlight = HIGHLIGHTS.get(_value(_first(sources, "w:highlight")))
        if highlight is not None:
            return float(highlight)
        around = _around(run)
        if around != PAPER:
            return around if isinstance(around, float) else None
        shaded = _grey_of(_first(sources, "w:shd"))
        if shaded is None:
            shaded = self._paragraph_shading(run)
        return self._page if shaded is None else shaded

    def _paragraph_shading(self, run: Any) -> float | None:
        paragraph = next(run.iterancestors(PARAGRAPH), None)
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") if paragraph is not None else None
        style = self._styles.get(_value(named)) if named is not None else None
        for _ in range(BASES):
            if style is None:
                return None
            shade = _grey_of(style.find(f"{qn('w:pPr')}/{qn('w:shd')}"))
            if shade is not None:
                return shade
            base = style.find(qn("w:basedOn"))
            style = self._styles.get(_value(base)) if base is not None else None
        return None


def _around(run: Any) -> float | str:
    """Give the grey of the nearest shading, ``PAPER`` where there is none, ``UNKNOWN`` where a shape or a table's style may shade."""
    for element in (run, *run.iterancestors()):
        if element.tag == BOX:
            return UNKNOWN
        shading = element.find(f"{element.tag}Pr/{qn('w:shd')}")
        fill = _grey_of(shading)
        if fill is not None:
            return fill
        if shading is not None and shading.get(qn("w:themeFill")) is not None:
            return UNKNOWN
        if element.tag == TABLE and element.find(f"{element.tag}Pr/{qn('w:tblStyle')}") is not None:
            return UNKNOWN
    return PAPER


def _first(sources: list[Any], name: str) -> Any:
    """Give the nearest property of a name."""
    return next((found for source in sources if (found := source.find(qn(name))) is not None), None)


def _value(element: Any) -> str:
    return (element.get(VALUE) or "") if element is not None else ""


def _is_on(element: Any) -> bool:
    return element is not None and _value(element) not in OFF


def _colour(element: Any) -> float | None:
    """Give a colour's grey; None for automatic, which Word chooses to be readable, and for unknown colours of a theme."""
    if element is None:
        return None
    theme = element.get(qn("w:themeColor"))
    grey = _grey(element.get(VALUE))
    if grey is None and theme in LIGHT_THEME:
        return WHITE
    return grey


def _grey_of(shading: Any) -> float | None:
    return _grey(shading.get(FILL)) if shading is not None else None


def _grey(colour: str | None) -> float | None:
    """Give the grey of RRGGBB, None for anything else."""
    if colour is None or len(colour) != 6:
        return None
    try:
        red, green, blue = bytes.fromhex(colour)
    except ValueError:
        return None
    return 0.3 * red + 0.59 * green + 0.11 * blue
