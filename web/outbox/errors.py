"""What can go wrong with mail."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class MailAddressError(SteelyardError):
    """This is not one address that mail can be sent to."""

    message = _l("“%(address)s” is not an e-mail address.")
    field: ClassVar[str | None] = "email"
