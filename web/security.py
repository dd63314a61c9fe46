"""Headers that keep pages from being framed, sniffed, cached or filled with foreign scripts."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def security_headers(is_production: bool) -> dict[str, str]:
    """The headers of every response; strict transport only where there is TLS to insist on."""
    return HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if is_production else {})


def register_security(app: Flask, is_production: bool) -> None:
    """Set the headers on every response, and keep every page out of shared and browser caches."""
    headers = security_headers(is_production)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "private, no-store"
            response.headers.add("Vary", "Cookie")
        return response
