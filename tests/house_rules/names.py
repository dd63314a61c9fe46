"""Rules about names."""

import ast
from collections.abc import Iterator

from tests.house_rules.registry import rule
from tests.house_rules.sources import PACKAGES, Place, Source

BANNED = frozenset({"common", "utils", "util", "helpers", "helper", "core", "services", "service", "managers", "misc"})
ABBREVIATED = frozenset(
    {"mgr", "emp", "dept", "cfg", "ctx", "req", "resp", "usr", "qty", "idx", "tmp", "msg", "btn", "cnt", "desc", "fn"}
)
YES_OR_NO = ("is_", "has_", "may_", "can", "are_", "_")
EMPTY_VERBS = ("get_", "fetch_", "do_", "handle_", "process_")
TABLE_SUFFIXES = ("_table", "_model", "_tbl", "_entity", "_record_row")
ERROR_BASES = ("Error", "Exception")


@rule(
    "Name the folder or file for what is in it, with the word that HR uses.",
    bad=("people/utils.py", '"""Things."""\n'),
    good=("people/units/queries.py", '"""Questions about units."""\n'),
)
def no_drawer_names(source: Source) -> Iterator[Place]:
    """No file is a drawer for what has no place."""
    for part in set(source.parts) & BANNED:
        yield 1, f"“{part}” says nothing about what is inside"


@rule(
    "Let its name end in Error.",
    bad=("people/units/errors.py", "class UnitLoop(SteelyardError):\n    pass\n"),
    good=("people/units/errors.py", "class UnitLoopError(SteelyardError):\n    pass\n"),
)
def errors_end_in_error(source: Source) -> Iterator[Place]:
    """An error can be told from other classes by its name."""
    if source.is_python:
        for node in source.classes:
            is_error = any(ast.unparse(base).endswith(ERROR_BASES) for base in node.bases)
            if is_error and not node.name.endswith("Error"):
                yield node.lineno, node.name


@rule(
    "Name a query by the noun it returns (raters_of), an action by its verb (open_cycle): not get_ or fetch_.",
    bad=("people/units/queries.py", "def get_units():\n    return []\n"),
    good=("people/units/queries.py", "def units_of(company):\n    return []\n"),
)
def queries_are_nouns(source: Source) -> Iterator[Place]:
    """Functions are named for what they return or do."""
    if source.is_python and source.package:
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(
                ("get_", "fetch_", "do_", "handle_", "process_")
            ):
                yield node.lineno, node.name


@rule(
    "Begin its name with is_, has_ or may_ (or make it one verb that its subject does: viewer.holds).",
    bad=("people/units/access.py", "def visible(viewer) -> bool:\n    return True\n"),
    good=("people/units/access.py", "def may_see_unit(viewer) -> bool:\n    return True\n"),
)
def yes_or_no_reads_like_a_question(source: Source) -> Iterator[Place]:
    """What answers yes or no is named as a question."""
    if source.package and source.name in {"models", "queries", "access"}:
        for node in source.functions:
            answers = node.returns is not None and ast.unparse(node.returns) == "bool"
            is_third_person = node.name.endswith("s") and "_" not in node.name
            if answers and not is_third_person and not node.name.startswith(YES_OR_NO):
                yield node.lineno, node.name


@rule(
    "Begin its name with may_ and let it return a bool; private parts begin with an underscore.",
    bad=("people/units/access.py", "def may_see_unit(viewer) -> int:\n    return 1\n"),
    good=("people/units/access.py", "def may_see_unit(viewer) -> bool:\n    return True\n"),
)
def access_answers_may(source: Source) -> Iterator[Place]:
    """access.py holds only questions about what someone may do."""
    if source.package and source.name == "access":
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                answers = node.returns is not None and ast.unparse(node.returns) == "bool"
                if not answers or not node.name.startswith(("may_", "is_", "has_")):
                    yield node.lineno, node.name


@rule(
    "Name the table in the singular, in snake case, without a suffix.",
    bad=("people/units/models.py", "class Unit(Base):\n    __tablename__ = 'units'\n"),
    good=("people/units/models.py", "class Unit(Base):\n    __tablename__ = 'unit_status'\n"),
)
def tables_are_singular(source: Source) -> Iterator[Place]:
    """A row is one thing, so its table is named for one."""
    for node in ast.walk(source.tree) if source.is_python and source.package else ():
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__":
            name = str(getattr(node.value, "value", ""))
            plural = name.endswith("s") and not name.endswith(("ss", "us", "is"))
            if plural or name.endswith(TABLE_SUFFIXES) or name != name.lower():
                yield node.lineno, name


@rule(
    "Let a date's name end in _on and a moment's in _at.",
    bad=("people/units/models.py", "class Unit(Base):\n    opened_on: Mapped[datetime]\n"),
    good=(
        "people/units/models.py",
        "class Unit(Base):\n    opened_on: Mapped[date]\n    seen_at: Mapped[datetime]\n",
    ),
)
def dates_and_moments_are_told_apart(source: Source) -> Iterator[Place]:
    """A reader sees from the name whether there is a time in it."""
    if source.package and source.name == "models":
        for node in ast.walk(source.tree):
            if isinstance(node, ast.AnnAssign) and "Mapped[" in ast.unparse(node.annotation):
                types = {name.id for name in ast.walk(node.annotation) if isinstance(name, ast.Name)}
                name = ast.unparse(node.target)
                ending = "on" if "date" in types else "at" if "datetime" in types else ""
                if ending and name.split("_")[-1] != ending:
                    yield node.lineno, name


@rule(
    "Write the whole word.",
    bad=("people/units/queries.py", "def raters(emp_id, idx):\n    return []\n"),
    good=("people/units/queries.py", "def raters(person_id, position):\n    return []\n"),
)
def names_are_whole_words(source: Source) -> Iterator[Place]:
    """Functions and their parameters are named with whole words."""
    if source.is_python and source.parts[0] in {*PACKAGES, "wsgi", "benchmarks"}:
        for node in source.functions:
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            for name in [node.name, *(argument.arg for argument in arguments)]:
                if set(name.split("_")) & ABBREVIATED:
                    yield node.lineno, name
