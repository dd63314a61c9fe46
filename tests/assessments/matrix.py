"""Who may open the pages of the assessments; each feature lists its own."""

from tests.assessments.answers.rows import ROWS as ANSWERS
from tests.assessments.scorecards.rows import ROWS as SCORECARDS

ROWS = {**ANSWERS, **SCORECARDS}
