"""What can be wrong in the files of a catalogue; each message names the file and the entry."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class CatalogueError(SteelyardError):
    """Something in the files of a catalogue is not as it must be."""

    message = _l("The catalogue cannot be loaded.")


class UnreadableFileError(CatalogueError):
    """A file is missing or no TOML."""

    message = _l("%(file)s cannot be read: %(reason)s")


class MissingKeyError(CatalogueError):
    """An entry lacks something."""

    message = _l("%(file)s, %(code)s: “%(key)s” is missing.")


class UnknownKeyError(CatalogueError):
    """An entry has something that no one reads, such as a misspelt key."""

    message = _l("%(file)s, %(code)s: “%(key)s” is not known here.")


class WrongValueError(CatalogueError):
    """A value is of the wrong kind or out of range."""

    message = _l("%(file)s, %(code)s: “%(key)s” must be %(expected)s.")


class TextMissingError(CatalogueError):
    """A text lacks one of the languages."""

    message = _l("%(file)s, %(code)s: “%(key)s” needs a text in Chinese and in English.")


class AnchorCountError(CatalogueError):
    """An item has not one anchor for each level."""

    message = _l("%(file)s, %(code)s: there must be five anchors in each language, and no two alike.")


class RepeatedCodeError(CatalogueError):
    """Two entries share a code."""

    message = _l("%(file)s, %(code)s: this code occurs twice.")


class WrongReferenceError(CatalogueError):
    """An entry names another that does not exist."""

    message = _l("%(file)s, %(code)s: “%(key)s” names %(reference)s, which does not exist.")


class CurveOrderError(CatalogueError):
    """Threshold, target and cap do not go one way."""

    message = _l("%(file)s, %(code)s: threshold, target and cap must go up where higher is better, and down otherwise.")


class UnsoundProfileError(CatalogueError):
    """A profile breaks a rule of profiles; the reason says which."""

    message = _l("%(file)s: %(reason)s")
