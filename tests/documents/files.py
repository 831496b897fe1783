"""Small files made by hand for tests: PDFs from a page description, Word files from paragraphs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx


def make_pdf(*pages: str, box: str = "0 0 595 842", extra: str = "") -> bytes:
    """Make a PDF whose pages have these content streams; ``extra`` goes into the trailer."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for content in pages:
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {number + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content.encode('latin-1'))} >>\nstream\n{content}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{offset:010} 00000 n \n" for offset in offsets
    )
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {extra} >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


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


def with_member(package: bytes, name: str, content: bytes) -> bytes:
    """Add a member to a zip package."""
    packed = io.BytesIO(package)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()
