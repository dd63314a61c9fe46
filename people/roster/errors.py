"""What can be wrong with a confirmed import."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class PreviewOutdatedError(SteelyardError):
    """Something changed between preview and confirmation, so something else would be done than was seen."""

    message = _l("People or units changed since you looked. Nothing was imported; look at the preview again.")
    status = 409


class UploadGoneError(SteelyardError):
    """The file was imported, discarded or forgotten."""

    message = _l("This file was imported or discarded already. Choose it again.")
    status = 410
