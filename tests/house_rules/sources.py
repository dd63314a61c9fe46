"""The files that the house rules read."""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("web", "people", "rubrics", "assessments", "review")
SCRIPTS = ("run", "test", "translations/compile", "translations/update", "static/vendor/update")
NOT_OURS = ("migrations/", "static/vendor/", "web/fonts/", "instance/", "tests/data/")
ENDINGS = (".py", ".html", ".css", ".js", ".typ")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[int, str]


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, and its text."""

    path: str
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders of the path and its name without ending."""
        path = PurePosixPath(self.path)
        return (*path.parts[:-1], path.stem)

    @property
    def package(self) -> str:
        """The package that holds the file, or an empty text."""
        return self.parts[0] if self.parts[0] in PACKAGES else ""

    @property
    def name(self) -> str:
        """The name of the file without folder and ending."""
        return self.parts[-1]

    @property
    def is_python(self) -> bool:
        """Whether Python reads it."""
        return self.path.endswith(".py") or self.path in SCRIPTS

    @property
    def is_template(self) -> bool:
        """Whether Jinja reads it."""
        return self.path.endswith(".html")

    @property
    def is_test(self) -> bool:
        """Whether it belongs to the tests."""
        return self.parts[0] == "tests"

    @cached_property
    def lines(self) -> list[str]:
        """The text by lines."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax of a Python file."""
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[Function]:
        """Every function, also those inside classes and functions."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """Every class."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]


def all_sources() -> Iterator[Source]:
    """Every file that people write: Python, templates, style sheets, scripts and documents' templates."""
    for folder, subfolders, files in os.walk(ROOT):
        subfolders[:] = sorted(
            name for name in subfolders if not name.startswith((".", "__")) and name != "node_modules"
        )
        for name in sorted(files):
            path = (Path(folder) / name).relative_to(ROOT).as_posix()
            if (path.endswith(ENDINGS) or path in SCRIPTS) and (path in SCRIPTS or not path.startswith(NOT_OURS)):
                yield Source(path, (ROOT / path).read_text(encoding="utf-8"))


def called_name(call: ast.Call) -> str:
    """The dotted name of what a call calls, as far as it is written as names."""
    return ast.unparse(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else ""


def calls_in(node: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call below a node with the dotted name of what it calls."""
    for child in ast.walk(node):
        if isinstance(child, ast.Call):
            yield child, called_name(child)


def imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module that is imported, also inside functions, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "." * node.level
