"""Answers that a browser saves as a file, under a name that is safe everywhere."""

import re
import unicodedata
from urllib.parse import quote

from flask import Response

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "json": "application/json",
    "zip": "application/zip",
}
LONGEST_NAME = 100
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A download; ``name`` without its ending may hold anything, the header stays one line (RFC 6266)."""
    full = f"{safe_name(name)}.{kind}"
    plain = unicodedata.normalize("NFKD", full).encode("ascii", "ignore").decode() or f"download.{kind}"
    response = Response(content, mimetype=KINDS[kind].partition(";")[0])
    response.headers["Content-Type"] = KINDS[kind]
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"
    )
    return response


def safe_name(name: str) -> str:
    """A file name of letters, digits and a few marks: no folders, no hidden directions, nothing reserved."""
    normal = unicodedata.normalize("NFC", name)
    kept = "".join(letter if _is_harmless(letter) else "-" for letter in normal)
    short = re.sub(r"[-\s]{2,}", "-", kept).strip(" .-")[:LONGEST_NAME].strip(" .-")
    return f"file-{short}" if RESERVED.fullmatch(short) else short or "file"


def _is_harmless(letter: str) -> bool:
    return letter in " -_.()+" or unicodedata.category(letter)[0] in "LMN"
