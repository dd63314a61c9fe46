"""Parts of addresses: public ids, and where a form may send the reader back to."""

from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import BaseConverter

from web.database import PUBLIC_ID_LENGTH


class PublicIdConverter(BaseConverter):
    """Matches exactly what new_public_id makes, so that nothing else reaches a query."""

    regex = rf"[2-9a-kmnp-z]{{{PUBLIC_ID_LENGTH}}}"


def register_addresses(app: Flask) -> None:
    """Let routes say <public_id:name>."""
    app.url_map.converters["public_id"] = PublicIdConverter


def own_address(address: str | None, default: str) -> str:
    """The address if it is a path on this server, else the default: nobody is sent elsewhere."""
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return default
    if any(ord(character) < 33 for character in address):
        return default
    parts = urlsplit(address)
    return default if parts.scheme or parts.netloc else address
