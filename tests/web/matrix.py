"""Who may open the pages of the web corner."""

from tests.matrix import EVERYONE, Row

ROWS = {
    "style_guide.first_part": Row(EVERYONE),
    "style_guide.one_part": Row(EVERYONE, arguments=lambda: {"part": "rating"}),
}
