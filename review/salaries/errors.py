"""What can go wrong with pay ranges and first salaries."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class SalaryExistsError(SteelyardError):
    """A first salary is entered once; later ones come from approved rounds."""

    message = _l("%(name)s has a salary already. Changes come from an approved round.")
    status = 409


class RangeOrderError(SteelyardError):
    """Minimum, midpoint and maximum do not follow each other."""

    message = _l("Minimum, midpoint and maximum must be above zero and in this order.")
    field: ClassVar[str | None] = "midpoint"


class RangeExistsError(SteelyardError):
    """This job level has a range from that day on already; a range in force is not overwritten."""

    message = _l("Job level %(job_level)s has a pay range in %(currency)s from that day on already.")
    field: ClassVar[str | None] = "starts_on"


class SalaryAmountError(SteelyardError):
    """Nobody is paid nothing or less."""

    message = _l("The salary must be more than zero.")
    field: ClassVar[str | None] = "amount"


class SalaryFarFromRangeError(SteelyardError):
    """The amount is so far from the range that a month's pay was probably taken for a year's."""

    message = _l("This is far from the pay range of job level %(job_level)s. Enter what is paid for a whole year.")
    field: ClassVar[str | None] = "amount"


class SalaryDayError(SteelyardError):
    """The salary would begin when the person does not work here."""

    message = _l("%(name)s does not work here on that day.")
    field: ClassVar[str | None] = "starts_on"


class OwnSalaryError(SteelyardError):
    """Nobody enters what they are paid themselves."""

    message = _l("Somebody else must enter your own salary.")
    status = 403
