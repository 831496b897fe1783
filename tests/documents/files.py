"""Small files made by hand for tests: PDFs from a page description, Word files from paragraphs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx

FIRST_FREE = 4
"""The number of the first of ``objects`` in a made PDF."""


def make_pdf(
    *pages: str,
    box: str = "0 0 595 842",
    extra: str = "",
    resources: str = "",
    fonts: str = "",
    catalog: str = "",
    page: str = "",
    objects: tuple[str, ...] = (),
) -> bytes:
    """Make a PDF whose pages have these content streams.

    ``extra`` goes into the trailer, ``catalog``, ``resources``, ``fonts`` and ``page`` into those dictionaries; ``objects`` are numbered
    from ``FIRST_FREE``.
    """
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *objects,
    ]
    kids = []
    for content in pages:
        number = len(bodies) + 1
        kids.append(f"{number} 0 R")
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {number + 1} 0 R {page} /Resources << /Font << /F1 3 0 R {fonts} >> {resources} >> >>"
        )
        bodies.append(stream("", content))
    bodies[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n" + "".join(
        f"{offset:010} 00000 n \n" for offset in offsets
    )
    out += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R {extra} >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


def stream(entries: str, content: str) -> str:
    """Make a stream object's body."""
    return f"<< {entries} /Length {len(content.encode('latin-1'))} >>\nstream\n{content}\nendstream"


def picture(*rows: str) -> str:
    """Make the body of a grey picture; each character is a pixel, a hexadecimal digit from black to white."""
    content = "".join(f"{pixel}{pixel}" for row in rows for pixel in row) + ">"
    return stream(
        f"/Type /XObject /Subtype /Image /Width {len(rows[0])} /Height {len(rows)} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /ASCIIHexDecode",
        content,
    )


def show(text: str, *, x: int = 72, y: int = 700, size: float = 12, colour: str = "0 g", mode: int = 0) -> str:
    """Describe one line of type."""
    return f"BT {colour} /F1 {size} Tf {mode} Tr {x} {y} Td ({text}) Tj ET"


def make_word(fill: Callable[[Any], None]) -> bytes:
    """Make a .docx; ``fill`` writes into the python-docx document."""
    document = docx.Document()
    fill(document)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def with_member(package: bytes, *members: Any) -> bytes:
    """Add members to a zip package: one by name and content, or several pairs of them."""
    pairs = [members] if isinstance(members[0], str) else members
    packed = io.BytesIO(package)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return packed.getvalue()
