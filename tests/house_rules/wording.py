"""Rules about the words in files: what is left open, suppressed without a reason, or cannot be translated."""

import re
from collections.abc import Iterator

from tests.house_rules.registry import rule
from tests.house_rules.sources import Place, Source

# Put together here, so that a search for these words does not find the rules that forbid them.
LATER, WRONG, UNCLEAR, UNDONE, QUIET, UNTYPED, UNCOVERED, SKIP, FAIL = map(
    "".join,
    (("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("NotImplemented", "Error"), ("no", "qa"), ("type: ig", "nore"),
     ("no co", "ver"), ("sk", "ip"), ("xf", "ail")),
)  # fmt: skip
LEFT_OPEN = re.compile(rf"\b(?:{LATER}|{WRONG}|{UNCLEAR}|raise {UNDONE})\b")
SUPPRESSED = re.compile(
    rf"#\s*(?:{QUIET}(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?|{UNTYPED}(?:\[[^\]]*\])?|pragma: {UNCOVERED})"
    r"(?P<reason>.*)"
)
SKIPPED = re.compile(rf"pytest\.(?:mark\.)?(?:{SKIP}|{SKIP}if|{FAIL})\b(?!.*reason=)")
# What a block for classes or widths holds, or a macro that returns the kind of something, only the browser reads.
FOR_THE_MACHINE = re.compile(
    r"\{%-?\s*block\s+(?:width|\w*class\w*)\b.*?\{%-?\s*endblock.*?%\}"
    r"|\{%-?\s*macro\s+\w+_(?:of|class)\(.*?\{%-?\s*endmacro.*?%\}",
    re.DOTALL,
)
JINJA = re.compile(r"\{#.*?#\}|\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
UNREAD = re.compile(r"<(script|style|svg|code)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"""<[^>]*>|[\w-]+=(?:"[^"]*"|'[^']*')""", re.DOTALL)
SPOKEN = re.compile(r"""\s(?:title|alt|placeholder|aria-label|aria-description)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")
SAME_IN_EVERY_LANGUAGE = frozenset({"Steelyard", "定盘星", "nbsp", "amp", "middot", "ndash", "mdash", "times", "rarr"})


def blank(match: re.Match[str]) -> str:
    """As many lines as what is taken out, so that the numbers of the other lines stay true."""
    return " " + "\n" * match.group().count("\n")


@rule(
    "Finish it, or write an issue: nothing is left open in the code.",
    bad=("people/units/queries.py", f"x = 1  # {LATER}: count them\n"),
    good=("people/units/queries.py", "x = 1\n"),
)
def nothing_is_left_open(source: Source) -> Iterator[Place]:
    """What is there is finished."""
    for number, line in enumerate(source.lines, 1):
        if LEFT_OPEN.search(line):
            yield number, line.strip()[:80]


@rule(
    f"Give the reason on the same line, after the code: # {QUIET}: S608 - the names are constants of this module.",
    bad=("people/units/queries.py", f"x = 1  # {UNTYPED}[misc]\n"),
    good=("people/units/queries.py", f"x = 1  # {UNTYPED}[misc]  # Flask-WTF has no types\n"),
)
def suppressions_have_reasons(source: Source) -> Iterator[Place]:
    """A rule is set aside only where the next reader can see why."""
    if source.is_python:
        for number, line in enumerate(source.lines, 1):
            found = SUPPRESSED.search(line)
            if (found and len(found["reason"].strip(" #-")) < 8) or SKIPPED.search(line):
                yield number, line.strip()[:100]


@rule(
    "Wrap the words: {{ _('...') }} or {% trans %}...{% endtrans %}.",
    bad=("templates/people/unit.html", "<h1>Units</h1>\n"),
    good=("templates/people/unit.html", "<h1>{{ _('Units') }}</h1>\n"),
)
def templates_speak_both_languages(source: Source) -> Iterator[Place]:
    """No words stand in a template that its readers in the other language would see untranslated."""
    if not source.is_template:
        return
    text = source.text
    for unread in (FOR_THE_MACHINE, JINJA, UNREAD):
        text = unread.sub(blank, text)
    for number, line in enumerate(text.splitlines(), 1):
        spoken = " ".join("".join(found) for found in SPOKEN.findall(line))
        if set(WORD.findall(spoken)) - SAME_IN_EVERY_LANGUAGE:
            yield number, spoken
    for number, line in enumerate(TAG.sub(blank, text).splitlines(), 1):
        if set(WORD.findall(line)) - SAME_IN_EVERY_LANGUAGE:
            yield number, line.strip()[:80]
