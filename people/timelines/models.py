"""Posts as a timeline knows them: by the keys of units, positions and managers, so that files and rows compare."""

from datetime import date
from typing import NamedTuple


class NamedPost(NamedTuple):
    """A post by the keys of its unit, position and managers; an empty text is none."""

    unit: str
    position: str
    manager: str = ""
    dotted_manager: str = ""
    share: int = 100


class Stay(NamedTuple):
    """A post that someone holds from a day on, to a day or open."""

    post: NamedPost
    starts_on: date
    ends_on: date | None = None

    def is_valid(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)
