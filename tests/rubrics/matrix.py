"""Who may open the pages of the rubrics."""

from collections.abc import Callable, Mapping

from people.organisation.queries import all_positions
from rubrics.catalogue.actions import load_catalogue
from rubrics.frameworks.actions import start_draft
from rubrics.frameworks.queries import dimensions_of, draft_framework, items_of, published_framework
from rubrics.measures.queries import measures
from rubrics.profiles.queries import profiles
from tests.matrix import SIGNED_IN, Row, only
from web.transactions import in_transaction

HR = only("hr")
Arguments = Callable[[], Mapping[str, str]]


def loaded(arguments: Arguments) -> Arguments:
    """Load the catalogue first: the cast alone has no rubrics."""

    def after_loading() -> Mapping[str, str]:
        in_transaction(load_catalogue)
        return arguments()

    return after_loading


def with_draft(arguments: Arguments) -> Arguments:
    """Start a draft first."""

    def after_starting() -> Mapping[str, str]:
        if draft_framework() is None:
            in_transaction(lambda: start_draft(published_framework()))
        return arguments()

    return loaded(after_starting)


def draft_id() -> dict[str, str]:
    draft = draft_framework()
    assert draft is not None
    return {"framework_id": draft.public_id}


def dimension_id() -> dict[str, str]:
    draft = draft_framework()
    assert draft is not None
    return {"dimension_id": dimensions_of(draft)[0].public_id}


def item_id() -> dict[str, str]:
    draft = draft_framework()
    assert draft is not None
    return {"item_id": items_of(draft)[0].public_id}


def nothing() -> dict[str, str]:
    return {}


ROWS = {
    "frameworks.in_force": Row(SIGNED_IN),
    "frameworks.version": Row(SIGNED_IN, loaded(lambda: {"framework_id": published_framework().public_id})),
    "frameworks.versions": Row(SIGNED_IN),
    "frameworks.compare": Row(SIGNED_IN),
    "frameworks.start": Row(HR, loaded(lambda: {"framework_id": published_framework().public_id})),
    "frameworks.write_dimension": Row(HR, with_draft(dimension_id)),
    "frameworks.write_item": Row(HR, with_draft(item_id)),
    "frameworks.publish": Row(HR, with_draft(draft_id)),
    "frameworks.discard": Row(HR, with_draft(draft_id)),
    "profiles.ladder": Row(SIGNED_IN),
    "profiles.profile": Row(SIGNED_IN, loaded(lambda: {"profile_id": profiles()[0].public_id})),
    "profiles.revise": Row(HR, loaded(lambda: {"profile_id": profiles()[0].public_id})),
    "profiles.compare": Row(SIGNED_IN, loaded(nothing)),
    "profiles.positions": Row(HR),
    "profiles.position": Row(HR, loaded(lambda: {"position_id": all_positions()[0].public_id})),
    "measures.library": Row(SIGNED_IN),
    "measures.measure": Row(SIGNED_IN, loaded(lambda: {"measure_id": measures()[0].public_id})),
}
