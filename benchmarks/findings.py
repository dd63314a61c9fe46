"""What a simulation reports: a quantity with the bounds that it must stay in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One simulated quantity of an estimator, such as the coverage of its intervals or its bias."""

    name: str
    quantity: str
    value: float
    low: float
    high: float
    replications: int

    @property
    def is_met(self) -> bool:
        """Whether the quantity is within its bounds."""
        return self.low <= self.value <= self.high
