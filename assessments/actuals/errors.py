"""What can be refused when actuals come in."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class NothingToImportError(SteelyardError):
    """A file of actuals has no rows."""

    message = _l("There are no rows under the headings of this file.")
    field = "file"


class CurrencyMissingError(SteelyardError):
    """A currency was not named by its three letters."""

    message = _l("A currency is three letters, for example CNY.")
    field = "currency"


class AlreadyImportedError(SteelyardError):
    """A checked file was imported in the meantime."""

    message = _l("This file has already been imported.")
    status = 409


class NothingChangesError(SteelyardError):
    """A checked file holds only what is already there."""

    message = _l("All figures of this file are already there. Nothing was changed.")
    status = 409
