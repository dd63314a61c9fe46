"""Rules about size and docstrings."""

import ast
from collections.abc import Iterator

from tests.house_rules.registry import rule
from tests.house_rules.sources import Function, Place, Source

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGEST_VIEW = 25
LONGEST_TEMPLATE = 120
ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete"})


def is_route(decorator: ast.expr) -> bool:
    """Whether a decorator makes a function a view: blueprint.get("/..."), app.route("/...")."""
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ROUTES
        and bool(decorator.args)
        and isinstance(decorator.args[0], ast.Constant)
        and str(decorator.args[0].value)[:1] in {"/", ""}
    )


def is_view(function: Function) -> bool:
    """Whether a function answers requests."""
    return any(map(is_route, function.decorator_list))


def length(function: Function) -> int:
    """The lines of a function from its def, without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


@rule(
    f"Split the file by meaning: at most {LONGEST_FILE} lines.",
    bad=("people/units/models.py", "x = 1\n" * (LONGEST_FILE + 1)),
    good=("people/units/models.py", "x = 1\n" * LONGEST_FILE),
)
def files_are_short(source: Source) -> Iterator[Place]:
    """No file is longer than a reader wants to scroll."""
    if not source.is_template and len(source.lines) > LONGEST_FILE:
        yield 1, f"{len(source.lines)} lines"


@rule(
    f"Take a macro or a partial template out of it: at most {LONGEST_TEMPLATE} lines.",
    bad=("templates/people/list.html", "<p></p>\n" * (LONGEST_TEMPLATE + 1)),
    good=("templates/people/list.html", "<p></p>\n" * LONGEST_TEMPLATE),
)
def templates_are_short(source: Source) -> Iterator[Place]:
    """No template is longer than a page of the editor or two."""
    if source.is_template and len(source.lines) > LONGEST_TEMPLATE:
        yield 1, f"{len(source.lines)} lines"


@rule(
    f"Name a part of it and make that a function: at most {LONGEST_FUNCTION} lines without its docstring.",
    bad=("people/units/actions.py", "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION),
    good=("people/units/actions.py", "def f():\n    '''Do.'''\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1)),
)
def functions_are_short(source: Source) -> Iterator[Place]:
    """No function, test or not, does more than can be seen at once."""
    if source.is_python:
        for function in source.functions:
            if length(function) > LONGEST_FUNCTION:
                yield function.lineno, f"{function.name} has {length(function)} lines"


@rule(
    f"Move rules into actions.py, questions into queries.py: a view has at most {LONGEST_VIEW} lines.",
    bad=("people/units/views.py", "@blueprint.get('/units')\ndef units():\n" + "    x = 1\n" * LONGEST_VIEW),
    good=("people/units/views.py", "@blueprint.get('/units')\ndef units():\n" + "    x = 1\n" * (LONGEST_VIEW - 1)),
)
def views_are_tiny(source: Source) -> Iterator[Place]:
    """A view only joins a form, an action and a template."""
    if source.is_python and not source.is_test:
        for function in source.functions:
            if is_view(function) and length(function) > LONGEST_VIEW:
                yield function.lineno, f"{function.name} has {length(function)} lines"


@rule(
    "Write one docstring line, and nothing else, in __init__.py.",
    bad=("people/units/__init__.py", '"""Units."""\nfrom .models import Unit\n'),
    good=("people/units/__init__.py", '"""Units of a company, one inside another."""\n'),
)
def init_is_one_docstring_line(source: Source) -> Iterator[Place]:
    """A package says what it is and does nothing when it is imported."""
    if source.name == "__init__":
        body = source.tree.body
        if len(source.lines) != 1 or len(body) != 1 or ast.get_docstring(source.tree) is None:
            yield 1, "holds more or less than one docstring line"


@rule(
    "Say in one docstring line what it is or returns.",
    bad=("people/units/queries.py", '"""Units."""\n\n\ndef units_of(company):\n    return []\n'),
    good=(
        "people/units/queries.py",
        '"""Units."""\n\n\ndef units_of(company):\n    """Its units."""\n',
    ),
)
def public_things_have_docstrings(source: Source) -> Iterator[Place]:
    """Every module, and every public class and top-level function of the product, has its line."""
    if not source.is_python or (source.is_test and source.name not in {"conftest", "cast"}):
        return
    nodes: list[ast.Module | ast.ClassDef | Function] = [source.tree]
    nodes += [node for node in source.tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    for node in nodes:
        name = getattr(node, "name", "the module")
        if not name.startswith("_") and not ast.get_docstring(node):
            yield getattr(node, "lineno", 1), f"{name} has no docstring"
