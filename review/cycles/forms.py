"""Fields for moments that are typed as local time beside a zone."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired

from review.cycles.errors import NoSuchTimeError
from web.language import lazy_gettext as _l

A_MOMENT = _l("Write a day and a time such as 2026-03-01 18:00.")
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class LocalTimeField(DateTimeLocalField):
    """A day and a time as a clock on the wall shows it; the zone stands beside it in the form."""

    def __init__(self, label: Any, **options: Any) -> None:
        """Ask for it; every moment of a cycle is needed."""
        super().__init__(label, [InputRequired(A_MOMENT)], format=FORMATS, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, or say how it is typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(A_MOMENT)) from error


def moment_in(zone: str, local: datetime, field: str) -> datetime:
    """The instant at which clocks in a zone show a time; raises NoSuchTimeError for one that summer time leaves out."""
    moment = local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise NoSuchTimeError(at=field)
    return moment


def local_time(moment: datetime, zone: str) -> datetime:
    """What clocks in a zone show at an instant."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
