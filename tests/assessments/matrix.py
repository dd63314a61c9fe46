"""Who may open the pages of the assessments; each feature lists its own."""

from tests.assessments.scorecards.rows import ROWS as SCORECARDS

ROWS = {**SCORECARDS}
