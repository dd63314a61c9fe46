"""What can be refused when frameworks are read, edited and published."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class NoFrameworkError(SteelyardError):
    """No version of the framework stands yet."""

    message = _l("No competency framework has been published yet. Load the catalogue or publish a draft first.")


class PublishedVersionError(SteelyardError):
    """A published version was to be changed."""

    message = _l("Version %(number)s is published and never changes. Start a draft to make a new version.")
    status = 409


class DraftExistsError(SteelyardError):
    """A second draft was to be started beside the first."""

    message = _l("There is already a draft, version %(number)s. Edit, publish or discard it first.")
    status = 409


class NothingChangedError(SteelyardError):
    """A draft equal to the version in force was to be published."""

    message = _l("This draft says the same as version %(number)s. Change something or discard it.")


class RepeatedAnchorError(SteelyardError):
    """Two levels of an item were to read the same."""

    message = _l("Levels %(first)s and %(second)s read the same. Each level needs a text of its own.")


class MissingTextError(SteelyardError):
    """A text is missing in one of the languages."""

    message = _l("%(code)s has no text in one of the two languages.")
