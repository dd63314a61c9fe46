"""Who may open the pages of the assessments; each feature lists its own."""

from tests.assessments.answers.rows import ROWS as ANSWERS
from tests.assessments.collection.rows import ROWS as COLLECTION
from tests.assessments.comments.rows import ROWS as COMMENTS
from tests.assessments.scorecards.rows import ROWS as SCORECARDS

ROWS = {**ANSWERS, **COLLECTION, **COMMENTS, **SCORECARDS}
