"""What can be wrong with a file, each with its message in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class FileError(SteelyardError):
    """A file cannot be used; nothing was read from it."""

    field = "file"


class EmptyFileError(FileError):
    """There is no row with headings in the file."""

    message = _l("The file is empty. Its first row must hold the column headings.")


class TooLargeFileError(FileError):
    """The file has more bytes than are read."""

    message = _l("The file is larger than %(limit)s MB. Split it into smaller files.")
    status = 413


class TooManyRowsError(FileError):
    """The file has more rows than are read."""

    message = _l("The file has more than %(limit)s rows. Split it into smaller files.")


class TooManyColumnsError(FileError):
    """A row has more columns than are read."""

    message = _l("Row %(row)s has more than %(limit)s columns.")


class TooLongCellError(FileError):
    """A cell has more characters than are read."""

    message = _l("Row %(row)s, column %(column)s: the text is longer than %(limit)s characters.")


class UnreadableTextError(FileError):
    """The bytes are text in no encoding that is read."""

    message = _l("Row %(row)s cannot be read as %(encoding)s. Save the file as UTF-8 CSV or as Excel (.xlsx).")


class UnknownEncodingError(FileError):
    """An encoding was asked for that is not offered."""

    message = _l("This encoding is not offered.")


class NulCharacterError(FileError):
    """A cell holds a NUL character, which no database stores alike."""

    message = _l("Row %(row)s, column %(column)s holds an invisible control character. Type the text again.")


class BrokenRowError(FileError):
    """Quotation marks of a row do not match, so that its columns are uncertain."""

    message = _l("Row %(row)s has a quotation mark that is not closed.")


class ExtraCellsError(FileError):
    """A row has a value to the right of the last heading."""

    message = _l("Row %(row)s has more values than there are headings.")


class MissingHeadingError(FileError):
    """A required column is not in the file."""

    message = _l("The column “%(column)s” is missing. The first row must hold the column headings.")


class DuplicateHeadingError(FileError):
    """Two columns have the same heading."""

    message = _l("The heading “%(column)s” occurs twice, in columns %(first)s and %(second)s.")


class EmptyHeadingError(FileError):
    """A column with values has no heading."""

    message = _l("Column %(column)s has values but no heading.")


class OldWorkbookError(FileError):
    """An Excel file in the format of before 2007, or one with a password."""

    message = _l("This is an old or password-protected Excel file. Save it as .xlsx without a password.")


class NotATableError(FileError):
    """The file is something else than a table."""

    message = _l("This is not a CSV or Excel (.xlsx) file.")


class SuspiciousWorkbookError(FileError):
    """A workbook that unpacks to far more than it should, or that hides instructions; nothing of it was unpacked."""

    message = _l("This Excel file is built in an unusual way and was not opened. Save it again with Excel or as CSV.")


class UnknownSheetError(FileError):
    """The workbook has no such sheet."""

    message = _l("The workbook has no sheet “%(sheet)s”.")


@dataclass(frozen=True)
class CellProblem:
    """One mistake in a file: its row (None: the whole file), its column and a message for the reader."""

    row: int | None
    column: str
    message: Any

    def __str__(self) -> str:
        """The message."""
        return str(self.message)


class FileProblemsError(FileError):
    """A file was read, but some of its cells are wrong; all of them are named and nothing was imported."""

    message = _l("The file has %(count)s mistakes. Nothing was imported.")

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        """Keep the mistakes for the page that lists them."""
        super().__init__(count=len(problems))
        self.problems = tuple(problems)
