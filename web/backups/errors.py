"""Why a backup cannot be made or restored; each says in one line what to do."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class BackupError(SteelyardError):
    """A backup cannot be made or restored; nothing was changed."""

    message = _l("The backup cannot be used.")


class FileExistsAlreadyError(BackupError):
    """A backup never overwrites a file."""

    message = _l("%(path)s exists already: name another file.")


class NotABackupError(BackupError):
    """The file is missing or something else."""

    message = _l("%(path)s is not a backup of Steelyard.")


class OtherFormatError(BackupError):
    """The file was written in a format that this version does not know."""

    message = _l("%(path)s was written by a newer version of Steelyard: install that version to restore it.")


class DamagedBackupError(BackupError):
    """The file was cut short or changed."""

    message = _l("%(path)s is damaged: its checksum is not right. Use another backup.")


class OtherDatabaseError(BackupError):
    """A backup of one database cannot be restored into the other kind."""

    message = _l("This is a backup of %(theirs)s, but DATABASE_URL names %(ours)s.")


class UnknownRevisionError(BackupError):
    """The database in the backup has a form that this version does not know."""

    message = _l("The backup was made by version %(version)s, which this version cannot read: install that version.")


class KeysMissingError(BackupError):
    """The keys are not beside the backup."""

    message = _l("The keys of this backup are missing: put them to %(path)s, or restore without keys.")


class OtherKeysError(BackupError):
    """The keys belong to another backup."""

    message = _l("%(path)s holds the keys of another backup.")


class NotEmptyError(BackupError):
    """Restoring would overwrite data."""

    message = _l("The database is not empty: say --replace to replace everything in it.")


class DatabaseBusyError(BackupError):
    """The database is in use."""

    message = _l("The database is in use: stop the server and try again.")


class NotMigratedError(BackupError):
    """The database has no revision."""

    message = _l("The database is not set up: run “flask db upgrade” first.")
