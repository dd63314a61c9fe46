"""Designs of measurement: which raters, items and so on meet every person, and which only some (crossed and nested)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from assessments.measurement.generalizability.errors import DesignError

Effect = frozenset[str]

MOST_FACETS = 6
CROSSED = frozenset({"x", "X", "×", "*"})
TOKEN = re.compile(r"\s*([^\W\d]\w*|[():×*])")


@dataclass(frozen=True)
class Design:
    """A crossed or nested design: its facets in their order, and for each the facets that it is nested in.

    An effect is a set of facets that holds, with a nested facet, also what it is nested in: `p x (r:g)` has the effects
    p, g, r:g, pg and pr:g.
    """

    facets: tuple[str, ...]
    nested_in: Mapping[str, Effect]

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """All effects, smaller ones first; the last one is confounded with the residual."""
        chosen = (
            frozenset(some) for size in range(1, len(self.facets) + 1) for some in combinations(self.facets, size)
        )
        return tuple(effect for effect in chosen if self.closure(effect) == effect)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The effects' names, `pi` or `i:p`; facets of several letters are joined by ` x `."""
        return tuple(self.name(effect) for effect in self.effects)

    def closure(self, facets: Iterable[str]) -> Effect:
        """The facets together with everything that they are nested in."""
        given = frozenset(facets)
        return given.union(*(self.nested_in[facet] for facet in given))

    def name(self, effect: Effect) -> str:
        """The name of one effect."""
        nests = frozenset[str]().union(*(self.nested_in[facet] for facet in effect))
        leading = [facet for facet in self.facets if facet in effect - nests]
        joined = ("" if all(len(facet) == 1 for facet in self.facets) else " x ").join(leading)
        if not effect & nests:
            return joined
        return f"({joined}):{self.name(effect & nests)}" if " " in joined else f"{joined}:{self.name(effect & nests)}"

    def position(self, *facets: str) -> int:
        """Where the effect of these facets stands; raises DesignError if there is none."""
        try:
            return self.effects.index(frozenset(facets))
        except ValueError:
            raise DesignError(effect=facets) from None


def design_of(notation: str) -> Design:
    """Read a design in Brennan's notation: `x` for crossed, `:` for nested, brackets as needed.

    `:` binds closer than `x`. Raises DesignError for what cannot be read, a facet that stands twice, or more than six.
    Source: Brennan, Generalizability Theory (2001), chapter 3.

    >>> design_of("p x (r:g)").names
    ('p', 'g', 'pg', 'r:g', 'pr:g')
    """
    tokens = _tokens(notation)
    facets, nested_in, rest = _crossed(tokens, notation=notation)
    if rest or not 0 < len(facets) <= MOST_FACETS or len(set(facets)) != len(facets):
        raise DesignError(notation=notation)
    return Design(facets=facets, nested_in=nested_in)


Parsed = tuple[tuple[str, ...], dict[str, Effect], list[str]]


def _tokens(notation: str) -> list[str]:
    """Names and signs of the notation in their order."""
    tokens, place, text = [], 0, notation.rstrip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise DesignError(notation=notation, position=place)
        tokens.append(found[1])
        place = found.end()
    return tokens


def _crossed(tokens: list[str], *, notation: str) -> Parsed:
    """Terms joined by crossing."""
    facets, nested_in, rest = _nested(tokens, notation=notation)
    while rest and rest[0] in CROSSED:
        more, inside, rest = _nested(rest[1:], notation=notation)
        facets, nested_in = facets + more, nested_in | inside
    return facets, nested_in, rest


def _nested(tokens: list[str], *, notation: str) -> Parsed:
    """Terms joined by nesting: each is nested in everything that follows it."""
    facets, nested_in, rest = _single(tokens, notation=notation)
    if rest and rest[0] == ":":
        outer, inside, rest = _nested(rest[1:], notation=notation)
        nested_in = {facet: nests | frozenset(outer) for facet, nests in nested_in.items()} | inside
        facets += outer
    return facets, nested_in, rest


def _single(tokens: list[str], *, notation: str) -> Parsed:
    """One facet, or a design in brackets."""
    if tokens and tokens[0] == "(":
        facets, nested_in, rest = _crossed(tokens[1:], notation=notation)
        if rest[:1] != [")"]:
            raise DesignError(notation=notation)
        return facets, nested_in, rest[1:]
    if not tokens or tokens[0] in CROSSED or tokens[0] in ":)":
        raise DesignError(notation=notation)
    return (tokens[0],), {tokens[0]: frozenset()}, tokens[1:]
