"""Which variance components are part of what one wants to know, and which are error, once a study is planned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.generalizability.designs import Design, Effect, design_of
from assessments.measurement.generalizability.errors import DesignError, SizeError
from assessments.measurement.generalizability.g_study import GStudy
from assessments.measurement.reasons import Reason

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Roles:
    """Components of a planned study (effects,), never negative, and what each of them counts as.

    `of_object` the facets that are no sampling of conditions: the persons and what they are nested in; `is_universe`:
    part of the universe score; `is_relative`: error of comparisons; `is_absolute`: error of levels, which holds the
    relative.
    """

    design: Design
    of_object: Effect
    components: Numbers
    is_universe: NDArray[np.bool_]
    is_relative: NDArray[np.bool_]
    is_absolute: NDArray[np.bool_]
    is_known: bool


def roles(study: GStudy, *, measured: str | None, fixed: Collection[str], design: str | None) -> Roles:
    """Sort the components by what they count as: what one wants to know, or error.

    `measured` is what one wants to know, else the first facet that is not nested. With facets held `fixed` (never
    all), what persons and they have together belongs to the universe score. A planned `design` may nest what the study
    crossed: components that are then confounded are added. Negative estimates count as 0. Raises DesignError for
    facets that do not fit. Source: Brennan (2001), sections 1.2 and 4.1.
    """
    planned = study.design if design is None else design_of(design)
    measured = next(each for each in planned.facets if not planned.nested_in[each]) if measured is None else measured
    if set(planned.facets) != set(study.design.facets) or not {measured, *fixed} <= set(planned.facets):
        raise DesignError(facets=sorted(planned.facets), measured=measured, fixed=sorted(fixed))
    if any(not study.design.nested_in[facet] <= planned.nested_in[facet] for facet in planned.facets):
        raise DesignError(design=design)
    of_object = planned.closure({measured})
    given = frozenset(fixed) | of_object
    if frozenset(fixed) & of_object or planned.closure(given) != given or given == frozenset(planned.facets):
        raise DesignError(fixed=sorted(fixed))
    components = np.zeros(len(planned.effects))
    for effect, component in zip(study.design.effects, study.components, strict=True):
        components[planned.position(*planned.closure(effect))] += max(float(component), 0.0)
    touches = np.array([bool(effect & of_object) for effect in planned.effects])
    is_given = np.array([effect <= given for effect in planned.effects])
    is_known = bool((study.reasons == Reason.ESTIMATED).all())
    return Roles(planned, of_object, components, touches & is_given, touches & ~is_given, ~is_given, is_known)


def checked_sizes(sizes: Mapping[str, ArrayLike], *, found: Roles) -> dict[str, Numbers]:
    """The numbers per facet as arrays of one shape.

    Raises SizeError for a facet too many or too few, or a number below 1.

    Numbers need not be whole: a harmonic mean stands for raters whose number differs.
    """
    asked = set(found.design.facets) - found.of_object
    if set(sizes) != asked:
        raise SizeError(facets=sorted(sizes), asked=sorted(asked))
    numbers = {facet: np.asarray(size, dtype=np.float64) for facet, size in sizes.items()}
    for facet, size in numbers.items():
        if not np.isfinite(size).all() or (size < 1).any():
            raise SizeError(facet=facet)
    try:
        shape = np.broadcast_shapes(*(size.shape for size in numbers.values()))
    except ValueError:
        raise SizeError(shapes=[size.shape for size in numbers.values()]) from None
    return {facet: np.broadcast_to(size, shape) for facet, size in numbers.items()}


def divisors(found: Roles, *, sizes: Mapping[str, Numbers]) -> list[Numbers]:
    """How many conditions each component is averaged over: the product of the numbers of its facets."""
    shape = next((size.shape for size in sizes.values()), ())
    products = []
    for effect in found.design.effects:
        product = np.ones(shape)
        for facet in effect - found.of_object:
            product = product * sizes[facet]
        products.append(product)
    return products


def variances(found: Roles, *, shares: list[Numbers]) -> tuple[Numbers, Numbers, Numbers]:
    """Universe score, relative and absolute error variance, each component times its share."""
    parts = np.array([component * share for component, share in zip(found.components, shares, strict=True)])
    chosen = (found.is_universe, found.is_relative, found.is_absolute)
    universe, relative, absolute = (parts[which].sum(axis=0) for which in chosen)
    return universe, relative, absolute
