"""Rules about views, addresses and templates."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from tests.house_rules.registry import rule
from tests.house_rules.shapes import is_route, is_view
from tests.house_rules.sources import Function, Place, Source, calls_in

GUARDS = frozenset({"guard", "signed_in", "open_to_all"})
HEALTH = "web/application.py"
CHANGING = ("in_transaction", "carried_out", "enqueue")
SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|<[a-z_]+(\([^)]*\))?:[a-z_]+>(\.[a-z]+)?")
OTHER_HOST = re.compile(
    r"""(?:src|href|action|poster|data)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import"""
)
INLINE = re.compile(r"""<script(?![^>]*\ssrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""")


def decorator_name(decorator: ast.expr) -> str:
    """The name of a decorator, called or not."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(node).rpartition(".")[2]


def views_in(source: Source) -> Iterator[Function]:
    """The views of a Python file of the product."""
    if source.is_python and source.package:
        yield from (function for function in source.functions if is_view(function))


@rule(
    "Put exactly one of @guard(Permission...), @signed_in or @open_to_all directly under the route.",
    bad=("people/units/views.py", "@blueprint.get('/units')\n@cached\n@signed_in\ndef units():\n    return ''\n"),
    good=("people/units/views.py", "@blueprint.get('/units')\n@guard(Permission.SEE)\ndef units():\n    return ''\n"),
)
def every_view_has_one_guard(source: Source) -> Iterator[Place]:
    """Who may open a page stands above it."""
    if source.path == HEALTH:
        return
    for view in views_in(source):
        names = [decorator_name(decorator) for decorator in view.decorator_list]
        last_route = max(place for place, decorator in enumerate(view.decorator_list) if is_route(decorator))
        guards = [place for place, name in enumerate(names) if name in GUARDS]
        if guards != [last_route + 1]:
            yield view.lineno, view.name


def addresses_in(source: Source) -> Iterator[Place]:
    """Every address and every prefix of addresses in a Python file, with its line."""
    for view in views_in(source):
        for decorator in filter(is_route, view.decorator_list):
            yield decorator.lineno, str(decorator.args[0].value)  # type: ignore[attr-defined]  # is_route has looked
    for call, name in calls_in(source.tree) if source.is_python and source.package else ():
        prefixes = [keyword.value for keyword in call.keywords if keyword.arg == "url_prefix"]
        if name.endswith("Blueprint"):
            yield from ((call.lineno, str(ast.literal_eval(prefix))) for prefix in prefixes)


@rule(
    "Write addresses in kebab-case, with the type of each parameter: /role-profiles/<public_id:profile_id>.",
    bad=(
        "people/units/views.py",
        "@blueprint.get('/units/<unit>')\n@signed_in\ndef unit(unit):\n    return ''\n",
    ),
    good=("people/units/views.py", "@blueprint.get('/units/<public_id:u>')\n@signed_in\ndef unit(u):\n    return ''\n"),
)
def addresses_are_kebab_case_and_typed(source: Source) -> Iterator[Place]:
    """Addresses read alike, and a parameter of another type is no address at all."""
    for line, address in addresses_in(source):
        if not all(SEGMENT.fullmatch(segment) for segment in address.strip("/").split("/") if segment):
            yield line, address


@rule(
    "Make it a POST with a form: a GET writes nothing.",
    bad=("people/units/views.py", "@blueprint.get('/x')\n@signed_in\ndef x():\n    in_transaction(f)\n"),
    good=("people/units/views.py", "@blueprint.post('/x')\n@signed_in\ndef x():\n    in_transaction(f)\n"),
)
def a_get_writes_nothing(source: Source) -> Iterator[Place]:
    """Opening, prefetching or reloading a page changes nothing."""
    for view in views_in(source):
        routes = [decorator for decorator in view.decorator_list if is_route(decorator)]
        if any("POST" in ast.unparse(route) or decorator_name(route) != "get" for route in routes):
            continue
        for call, name in calls_in(view):
            if name.rpartition(".")[2] in CHANGING:
                yield call.lineno, f"{view.name} calls {name}"


@rule(
    "Take the file along under static/ and link it with url_for: no page loads from another host.",
    bad=("templates/web/page.html", '<img src="https://example.org/logo.svg">\n'),
    good=("templates/web/page.html", "<a href=\"{{ url_for('home.index') }}\">x</a>\n"),
)
def nothing_comes_from_another_host(source: Source) -> Iterator[Place]:
    """The product works without the internet and tells no one who reads it."""
    if not source.is_python:
        for number, line in enumerate(source.lines, 1):
            if OTHER_HOST.search(line):
                yield number, line.strip()[:80]


@rule(
    "Put styles into static/steelyard.css, scripts into static/*.js: the content security policy refuses inline ones.",
    bad=("templates/web/page.html", '<p style="color: red">x</p>\n'),
    good=("templates/web/page.html", "<script src=\"{{ url_for('static', filename='a.js') }}\"></script>\n"),
)
def nothing_is_inline(source: Source) -> Iterator[Place]:
    """Pages work under style-src 'self' and script-src 'self'."""
    if source.is_template:
        for number, line in enumerate(source.lines, 1):
            if INLINE.search(line):
                yield number, line.strip()[:80]


@rule(
    "Give the form its hidden fields: {{ form.hidden_tag() }}, or the macros of macros/forms.html.",
    bad=("templates/people/unit.html", '<form method="post">\n<button>Go</button>\n</form>\n'),
    good=("templates/people/unit.html", '<form method="post">\n{{ form.hidden_tag() }}\n</form>\n'),
)
def every_post_carries_its_token(source: Source) -> Iterator[Place]:
    """A form that changes something carries its CSRF token and idempotency key."""
    if not source.is_template:
        return
    starts = [match.start() for match in re.finditer(r"<form\b", source.text)]
    for start, end in pairwise([*starts, len(source.text)]):
        form = source.text[start:end].partition("</form>")[0]
        opening = form.partition(">")[0]
        protected = "hidden_tag" in form or "csrf_token" in form or "hidden_fields" in form
        if re.search(r"""method=["']?post""", opening, re.IGNORECASE) and not protected:
            yield source.text[:start].count("\n") + 1, opening
