"""Rules about what the project is made from: locked packages, vendored files, and the documents that name things."""

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house_rules.places import is_pure
from tests.house_rules.sources import Source, imported_modules

# Packages that no module imports, each with where it is used.
USED_UNIMPORTED = {
    "gunicorn": "run starts it",
    "alembic": "migrations import it",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "pytest-xdist": "test passes -n to it",
    "pytest-playwright": "the browser tests' fixture `page`",
    "mypy": "test runs it",
    "ruff": "test runs it",
    "import-linter": "test runs it",
    "types-wtforms": "mypy reads it",
    "types-flask-migrate": "mypy reads it",
    "scipy-stubs": "mypy reads it",
}
FOREIGN = re.compile(r"https?:|file:|--(?:extra-)?index|--find-links|^\s*-[fie]\s|(?:^|\s)/|\\\\", re.MULTILINE)


def requirements_of(text: str) -> list[str]:
    """The normalised names of the packages that a requirements*.in file asks for."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    names = [re.split(r"[\[<>=!~; ]", line)[0] for line in lines if line and not line.startswith("-")]
    return [re.sub(r"[-_.]+", "-", name).lower() for name in names]


def unhashed(lock: str) -> Iterator[str]:
    """The packages of a lock that are not pinned to a version and to at least one digest."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock.strip()):
        if not re.match(r"[A-Za-z0-9._-]+==\S+", entry) or "--hash=sha256:" not in entry:
            yield entry.splitlines()[0]


def machine_words(lock: str) -> Iterator[str]:
    """What ties a lock to the registry or machine where it was made."""
    yield from (found.group() for found in FOREIGN.finditer(lock))


def pins_of(lock: str) -> set[str]:
    """Every pin of a lock with its condition."""
    return set(re.findall(r"^([A-Za-z0-9._-]+==.*?)\s*\\?$", lock, re.MULTILINE))


def unused(requirements: Iterable[str], sources: Iterable[Source]) -> Iterator[str]:
    """The packages asked for that nothing imports and no reason keeps."""
    roots = {
        module.split(".")[0]
        for source in sources
        if source.is_python
        for _line, module in imported_modules(source.tree)
    }
    used = {
        re.sub(r"[-_.]+", "-", distribution).lower()
        for root, distributions in packages_distributions().items()
        if root in roots and root not in sys.stdlib_module_names
        for distribution in distributions
    }
    yield from (name for name in requirements if name not in used and name not in USED_UNIMPORTED)


def altered(sums: str, root: Path) -> Iterator[str]:
    """The vendored files that are not what SHA256SUMS says."""
    for line in sums.splitlines():
        digest, path = line.split("  ", 1)
        file = root / path
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield path


def unsealed(sums: str, root: Path, folders: Iterable[str]) -> Iterator[str]:
    """The files in the folders of vendored things that SHA256SUMS does not name."""
    sealed = {line.split("  ", 1)[1] for line in sums.splitlines()}
    for folder in folders:
        for file in sorted((root / folder).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.is_file() and path not in sealed and file.name not in {"update", "SHA256SUMS"}:
                yield path


def undocumented_formulas(sources: Iterable[Source], documents: Mapping[str, str]) -> Iterator[str]:
    """The modules of formulas that a document of formulas does not name."""
    for source in sources:
        if is_pure(source) and source.name not in {"__init__", "errors"}:
            yield from (f"{name}: {source.path}" for name, text in documents.items() if source.path not in text)


def undocumented_settings(sources: Iterable[Source], documents: Mapping[str, str]) -> Iterator[str]:
    """The settings read from the environment that a README does not list."""
    for source in sources:
        for setting in re.findall(r"""(?:environ(?:ment)?\.get\(|environ\[)["']([A-Z_]+)["']""", source.text):
            yield from (f"{name}: {setting}" for name, text in documents.items() if f"`{setting}`" not in text)
