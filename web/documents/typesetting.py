"""Setting a PDF: a typst template, data as JSON, the one font, tagged for screen readers."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from web.database import LANGUAGES
from web.glyphs import drawable

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates" / "documents"
FONTS = ROOT / "web" / "fonts"
TEMPLATE_NAME = re.compile(r"[a-z][a-z0-9_]*")


def typst_pdf(template_name: str, data: Mapping[str, Any], pictures: Mapping[str, str] | None = None) -> bytes:
    """A tagged PDF (PDF/UA-1) of templates/documents/<template_name>.typ.

    ``data`` must hold "language" and "title"; every text in it stays a text, whatever it looks like. ``pictures`` are
    SVG documents, which the template shows by name.
    """
    if not TEMPLATE_NAME.fullmatch(template_name):
        raise ValueError(f"not the name of a template: {template_name!r}")
    if data.get("language") not in LANGUAGES or not str(data.get("title", "")).strip():
        raise ValueError("a document needs its language and its title")
    content = json.dumps({**_printable(data), "pictures": dict(pictures or {})}, ensure_ascii=False, allow_nan=False)
    result = typst.compile(
        str(TEMPLATES / f"{template_name}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": content},
        pdf_standards=["ua-1"],
        format="pdf",
    )
    if not isinstance(result, bytes):
        raise TypeError("typst gave no single document")
    return result


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The vendored font, read once: it has every character of the names that are printed."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, Mapping):
        return {str(key): _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    # Texts that are translated late, numbers of the database, dates: what a template prints is their text.
    return value if value is None or isinstance(value, bool | int | float) else drawable(str(value))
