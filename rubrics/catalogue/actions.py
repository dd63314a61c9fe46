"""Loading a catalogue: what is new in its files becomes new versions; the same files again change nothing."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from people.audit.actions import record
from rubrics.catalogue.imports import SHIPPED, catalogue_from
from rubrics.catalogue.queries import catalogue_digests, mapped_positions
from rubrics.frameworks.actions import add_framework, publish_framework
from rubrics.frameworks.models import Framework, VersionOrigin
from rubrics.frameworks.queries import FrameworkContent, digest_of, latest_published
from rubrics.measures.actions import MeasureContent, add_measure
from rubrics.measures.models import Measure
from rubrics.profiles.actions import add_profile, map_position
from rubrics.profiles.models import Profile, ProfileContent
from rubrics.profiles.queries import profiles as profiles_in_force

# Mappings of the catalogue hold for every cycle that has ever been, until HR maps a position anew.
FROM_THE_BEGINNING = date(2000, 1, 1)


@dataclass(frozen=True)
class CatalogueOutcome:
    """What loading a catalogue has added; all empty where the files said nothing new."""

    framework_number: int | None
    is_draft: bool
    profiles: tuple[str, ...]
    positions: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def has_changes(self) -> bool:
        """Whether anything was added."""
        return bool(self.framework_number or self.profiles or self.positions or self.measures)


def load_catalogue(folder: Path | None = None) -> CatalogueOutcome:
    """Load the shipped catalogue, or another folder's; what an organisation wrote itself is not replaced unasked."""
    catalogue = catalogue_from(folder or SHIPPED)
    framework = _load_framework(catalogue.framework)
    profiles = tuple(content.code for content in _new_profiles(catalogue.profiles))
    measures = tuple(content.code for content in _new_measures(catalogue.measures))
    already = mapped_positions()
    positions = tuple(code for code in catalogue.positions if code not in already)
    for code in positions:
        map_position(code, catalogue.positions[code], FROM_THE_BEGINNING)
    outcome = CatalogueOutcome(
        framework_number=framework.number if framework else None,
        is_draft=framework is not None and not framework.is_published,
        profiles=profiles,
        positions=positions,
        measures=measures,
    )
    if outcome.has_changes:
        record(
            "catalogue.loaded",
            details={"framework": outcome.framework_number, "profiles": len(profiles), "measures": len(measures)},
        )
    return outcome


def _load_framework(content: FrameworkContent) -> Framework | None:
    if catalogue_digests(Framework).get(content.code) == digest_of(content):
        return None
    present = latest_published(content.code)
    framework = add_framework(content, VersionOrigin.CATALOGUE)
    if present is None or present.origin == VersionOrigin.CATALOGUE:
        publish_framework(framework)
    return framework


def _new_profiles(contents: tuple[ProfileContent, ...]) -> list[ProfileContent]:
    known = catalogue_digests(Profile)
    own = {profile.code for profile in profiles_in_force() if profile.origin == VersionOrigin.OWN}
    new = [
        content
        for content in contents
        if content.code not in own and known.get(content.code) != digest_of(replace(content, place=0))
    ]
    for content in new:
        add_profile(content, VersionOrigin.CATALOGUE)
    return new


def _new_measures(contents: tuple[MeasureContent, ...]) -> list[MeasureContent]:
    known = catalogue_digests(Measure)
    new = [content for content in contents if known.get(content.code) != digest_of(replace(content, place=0))]
    for content in new:
        add_measure(content)
    return new
