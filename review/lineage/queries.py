"""What the way back needs beside the frozen steps of a result: names and files of figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.actuals.models import ActualsImport, MonthlyActual
from assessments.actuals.queries import current_actuals, sources_of
from review.results.models import Result
from review.results.queries import measures_of
from rubrics.frameworks.models import Dimension
from rubrics.frameworks.queries import dimensions_of
from rubrics.measures.models import Measure


@dataclass(frozen=True)
class Background:
    """Names and files around a result; as many queries for a cycle of a hundred thousand as for one of ten."""

    dimensions: Mapping[str, Dimension]
    measures: Mapping[int, Measure]
    files: Mapping[int, ActualsImport]
    current: Mapping[tuple[int, str, str], MonthlyActual]


def background_of(result: Result) -> Background:
    """The names and files that the steps of a result speak of."""
    framework = result.participant.cycle.survey.framework
    figures = result.steps["key_figures"]
    numbers = {month["import_id"] for line in figures for month in line["months"]}
    codes = [line["code"] for line in figures]
    return Background(
        dimensions={} if framework is None else {row.code: row for row in dimensions_of(framework)},
        measures=measures_of(result),
        files=sources_of(numbers) if numbers else {},
        current=current_actuals([result.participant.person_id], codes) if codes else {},
    )
