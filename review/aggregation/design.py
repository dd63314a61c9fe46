"""What a cycle decided before opening: form, applicable groups, weights, required levels, threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.disclosure import validated_threshold
from assessments.measurement.ratings import GROUPS, FormLayout, group_index
from assessments.measurement.uncertainty import DEFAULT_RATER_VARIANCE
from review.aggregation.errors import DesignError


@dataclass(frozen=True)
class CycleDesign:
    """Arrays over the role profiles of a cycle; weights are free of scale.

    `applicable` (profiles, 7 groups, dimensions): the profile asks the group for the dimension (self too);
    `group_weights` (profiles, 7): self 0; `profile_weights`, `required_levels` (profiles, dimensions).
    """

    layout: FormLayout
    applicable: NDArray[np.bool_]
    group_weights: NDArray[np.float64]
    profile_weights: NDArray[np.float64]
    required_levels: NDArray[np.float64]
    threshold: int = 3
    default_rater_variance: float = DEFAULT_RATER_VARIANCE

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        validated_threshold(self.threshold)
        profiles, dimensions = self.profile_weights.shape
        shapes = {
            "applicable": (self.applicable.shape, (profiles, len(GROUPS), dimensions)),
            "group_weights": (self.group_weights.shape, (profiles, len(GROUPS))),
            "required_levels": (self.required_levels.shape, (profiles, dimensions)),
            "profile_weights": (self.profile_weights.shape, (profiles, len(self.layout.dimensions))),
        }
        for name, (given, expected) in shapes.items():
            if given != expected:
                raise DesignError(name=name, given=given, expected=expected)
        for name, numbers in (("group_weights", self.group_weights), ("profile_weights", self.profile_weights)):
            if not np.all(np.isfinite(numbers)) or np.any(numbers < 0):
                raise DesignError(name=name)
        if np.any(self.group_weights[:, 0] != 0):
            raise DesignError(name="self_weight")
        if not np.all(np.isfinite(self.required_levels)):
            raise DesignError(name="required_levels")

    def checked_profiles(self, profile_of_subject: NDArray[np.integer]) -> NDArray[np.intp]:
        """Give back the profile of each subject as an index; raises DesignError for one that does not exist."""
        profiles = np.asarray(profile_of_subject)
        if profiles.ndim != 1 or (
            len(profiles) and not (int(profiles.min()) >= 0 and int(profiles.max()) < len(self.profile_weights))
        ):
            raise DesignError(name="profile_of_subject")
        return profiles.astype(np.intp)


def profile_design(
    *,
    layout: FormLayout,
    group_weights: dict[str, float],
    applicable: dict[str, list[str]],
    profile_weights: dict[str, float],
    required_levels: dict[str, float],
    threshold: int = 3,
) -> CycleDesign:
    """Make the design of a cycle with one role profile from names; raises DesignError, LayoutError.

    `applicable[dimension]` are the groups that the profile asks; self is shown beside, whether named or not.
    """
    asked = np.zeros((1, len(GROUPS), len(layout.dimensions)), dtype=np.bool_)
    asked[0, 0, :] = True
    for dimension, groups in applicable.items():
        for group in groups:
            asked[0, group_index(group), layout.index(dimension)] = True
    return CycleDesign(
        layout=layout,
        applicable=asked,
        group_weights=np.array([[float(group_weights.get(group, 0)) for group in GROUPS]]),
        profile_weights=np.array([[float(profile_weights.get(name, 0)) for name in layout.dimensions]]),
        required_levels=np.array([[float(required_levels.get(name, 0)) for name in layout.dimensions]]),
        threshold=threshold,
    )
