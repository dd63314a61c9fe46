"""Rules about what stands where."""

import ast
import sys
from collections.abc import Iterator

from tests.house_rules.registry import rule
from tests.house_rules.sources import Function, Place, Source, calls_in, imported_modules

FEATURE_FILES = frozenset(
    {
        "models", "queries", "actions", "access", "forms", "imports", "reports",
        "views", "commands", "jobs", "errors", "__init__",
    }
)  # fmt: skip
# The errors of formulas are codes, as pure as the formulas; what else may stand beside formulas is not.
BESIDE_FORMULAS = FEATURE_FILES - {"errors", "__init__"}
# Each pure package may use the ones before it.
PURE = ("assessments.measurement", "review.aggregation", "review.rewards")
NAMED_FOR_WHAT_THEY_ARE = {
    "people/permissions.py": "the one vocabulary of permissions",
    "people/roles/guards.py": "the guards that every view carries",
    "review/demonstration/people.py": "the people of the demonstration, as a file of people would name them",
    "review/seals/replay.py": "plain arithmetic that checks the aggregation from outside",
    "review/seals/curves.py": "the same for points that are read off a curve",
    "review/scoring/numbers.py": "the numbers of a result as they are stored",
    "review/scoring/rows.py": "the same numbers of many people at once, as rows of their table",
    "review/demonstration/seasons.py": "the moments of a cycle of the demonstration",
    "review/demonstration/reviews.py": "what the people of the demonstration answer and decide",
    "review/demonstration/rewards.py": "which plans, raises and promotions the demonstration makes",
    "review/demonstration/inventions.py": "what the demonstration invents from a seed",
    "people/audit/seals.py": "the keyed codes of the audit trail",
    "people/trail/sentences.py": "what each event of the trail says to its reader",
    "people/accounts/sessions.py": "the edge between Flask-Login and the sessions in the database",
}
EDGES = frozenset({"views", "commands", "jobs"})
WRITING = frozenset({"in_transaction", "db.session.commit", "db.session.begin"})
READING = ("db.session.execute", "db.session.scalar", "db.session.scalars", "db.session.get", "db.session.get_one")
CHANGING_ROWS = ("insert(", "update(", "delete(")
OWN_ROWS = ("scope", "viewer.person_id", "viewer.account_id")
OUTSIDE_REQUESTS = frozenset({"jobs", "commands"})


def is_in_pure_package(source: Source) -> bool:
    """Whether the file belongs to a package of formulas."""
    return ".".join(source.parts[:2]) in PURE


def is_pure(source: Source) -> bool:
    """Whether the file is a module of formulas."""
    return is_in_pure_package(source) and source.is_python and source.name not in BESIDE_FORMULAS


@rule(
    f"Use one of the files of a feature folder: {', '.join(sorted(FEATURE_FILES - {'__init__'}))}.",
    bad=("people/units/tree.py", ""),
    good=("people/units/queries.py", ""),
)
def features_hold_known_files(source: Source) -> Iterator[Place]:
    """Who knows one feature folder knows all of them."""
    if not source.is_python or source.package in {"", "web"} or is_in_pure_package(source):
        return
    is_package_itself = len(source.parts) == 2 and source.name == "__init__"
    is_feature_file = len(source.parts) == 3 and source.name in FEATURE_FILES
    if not (is_package_itself or is_feature_file or source.path in NAMED_FOR_WHAT_THEY_ARE):
        yield 1, "not one of the files of a feature folder"


@rule(
    "Give the formula numbers and codes: it imports only numpy, scipy, the standard library and formulas below.",
    bad=("assessments/measurement/curves.py", "from review.aggregation.cells import Cell\n"),
    good=("review/aggregation/cells.py", "import numpy as np\nfrom assessments.measurement.curves import points\n"),
)
def formulas_are_pure(source: Source) -> Iterator[Place]:
    """Formulas can be used from a notebook, without a database and without Flask."""
    if not is_pure(source):
        return
    own = PURE.index(".".join(source.parts[:2]))
    for line, module in imported_modules(source.tree):
        below = module.startswith(PURE[: own + 1]) and module.split(".")[-1] not in BESIDE_FORMULAS
        if not below and module.split(".")[0] not in {"numpy", "scipy", *sys.stdlib_module_names}:
            yield line, f"imports {module}"


@rule(
    "Let nothing import wsgi: it knows everyone, no one knows it.",
    bad=("web/pages.py", "from wsgi import create_app\n"),
    good=("web/pages.py", "from web.database import db\n"),
)
def nothing_imports_wsgi(source: Source) -> Iterator[Place]:
    """The order of the other packages is held by import-linter, which cannot see a module at the top."""
    if source.is_python and source.package:
        for line, module in imported_modules(source.tree):
            if module.split(".")[0] in {"wsgi", "tests", "benchmarks"}:
                yield line, f"imports {module}"


@rule(
    "Only views.py, commands.py and jobs.py commit, through in_transaction or form.carried_out; actions never do.",
    bad=("people/units/actions.py", "def close_unit(unit):\n    db.session.commit()\n"),
    good=("people/units/views.py", "def close(unit):\n    in_transaction(lambda: close_unit(unit))\n"),
)
def only_edges_commit(source: Source) -> Iterator[Place]:
    """An action can be joined with others into one transaction because it does not end it."""
    is_edge = source.name in EDGES or source.path in NAMED_FOR_WHAT_THEY_ARE
    if source.is_python and source.package not in {"", "web"} and not is_edge:
        for call, name in calls_in(source.tree):
            if name in WRITING or name.endswith(".carried_out"):
                yield call.lineno, name


@rule(
    "Ask in queries.py, with a name, and call that from the view.",
    bad=("people/units/views.py", "def units():\n    return db.session.scalars(select(Unit))\n"),
    good=("people/units/views.py", "def units():\n    return units_of(company)\n"),
)
def views_ask_no_database(source: Source) -> Iterator[Place]:
    """What a page reads can be found, tested and reused."""
    if source.package and source.name == "views":
        for call, name in calls_in(source.tree):
            if name in {"select", "sqlalchemy.select", "text", "db.session.execute", "db.session.scalars"}:
                yield call.lineno, name


def loop_bodies(tree: ast.AST) -> Iterator[ast.AST]:
    """What is done once for each turn of a loop or comprehension; what it runs over is asked only once."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While)):
            yield from node.body
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            yield node.elt
        elif isinstance(node, ast.DictComp):
            yield from (node.key, node.value)


@rule(
    "Ask once for all of them (where ... in, join, group by) and look the answers up in a dictionary.",
    bad=("people/units/queries.py", "def f(ids):\n    return [db.session.get(Unit, id) for id in ids]\n"),
    good=("people/units/queries.py", "def f():\n    return [row.id for row in db.session.scalars(statement)]\n"),
)
def no_query_in_a_loop(source: Source) -> Iterator[Place]:
    """The number of queries does not depend on how many people there are."""
    if not source.is_python or source.package in {"", "web"} or source.name in OUTSIDE_REQUESTS:
        return
    seen: set[int] = set()
    for body in loop_bodies(source.tree):
        for call, name in calls_in(body):
            is_writing = any(writer in ast.unparse(call) for writer in CHANGING_ROWS)
            if name in READING and not is_writing and id(call) not in seen:
                seen.add(id(call))
                yield call.lineno, name


@rule(
    "Limit the list with scope(viewer, permission, statement, person_id_column), or to the viewer's own rows.",
    bad=("people/units/queries.py", "def people_of(viewer: Viewer):\n    return select(Person)\n"),
    good=(
        "people/units/queries.py",
        "def people_of(viewer: Viewer):\n    return scope(viewer, P, select(Person), x)\n",
    ),
)
def lists_go_through_scope(source: Source) -> Iterator[Place]:
    """A list made for a viewer holds only what this viewer may see."""
    if not source.package or source.name != "queries":
        return
    for function in source.functions:
        names = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        selects = any(name == "select" for _call, name in calls_in(function))
        if "viewer" in names and selects and not is_scoped(function):
            yield function.lineno, function.name


def is_scoped(function: Function) -> bool:
    """Whether a query of a viewer limits itself to what they may see."""
    names = {ast.unparse(node) for node in ast.walk(function) if isinstance(node, (ast.Name, ast.Attribute))}
    return bool(names & set(OWN_ROWS))
