"""Rules about the catalogues of translations, checked against the texts that the sources really hold."""

import importlib.machinery
import importlib.util
import re
from collections.abc import Iterable, Iterator
from types import ModuleType

from babel.messages.catalog import Catalog, Message

from tests.house_rules.sources import ROOT

PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%%|\{(\w*)\}")


def load_script(path: str) -> ModuleType:
    """A script of the project as a module."""
    loader = importlib.machinery.SourceFileLoader(path.replace("/", "_"), str(ROOT / path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def forms_of(message: Message) -> list[str]:
    """The translations of a text, one for each plural form."""
    return [form or "" for form in (message.string if isinstance(message.string, (list, tuple)) else [message.string])]


def key_of(message_id: str | Iterable[str]) -> str:
    """The singular, by which a text is found."""
    return message_id if isinstance(message_id, str) else next(iter(message_id))


def untranslated(texts: Iterable[str], catalogues: Iterable[Catalog]) -> Iterator[str]:
    """The texts of the sources that have no whole translation in any catalogue."""
    translated = {
        key_of(message.id)
        for catalogue in catalogues
        for message in catalogue
        if message.id and all(forms_of(message)) and not message.fuzzy
    }
    yield from sorted(set(texts) - translated)


def out_of_use(texts: Iterable[str], catalogues: Iterable[Catalog]) -> Iterator[str]:
    """The entries that no source has any more, and those that are commented out."""
    known = set(texts)
    for catalogue in catalogues:
        entries = [message.id for message in catalogue if message.id] + list(catalogue.obsolete)
        yield from (f"{catalogue.domain}: {key_of(entry)}" for entry in entries if key_of(entry) not in known)


def unlike_placeholders(catalogues: Iterable[Catalog]) -> Iterator[str]:
    """The entries whose translation names other placeholders than the text; a plural may leave the number out."""
    for catalogue in catalogues:
        for message in filter(lambda message: message.id, catalogue):
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            wanted = [placeholders(text) for text in ids]
            for form in filter(None, forms_of(message)):
                if placeholders(form) not in wanted:
                    yield f"{catalogue.domain}: {ids[0]} -> {form}"


def placeholders(text: str) -> frozenset[str]:
    """The names of the placeholders in a text."""
    return frozenset(found.group(1) or found.group(2) or found.group() for found in PLACEHOLDER.finditer(text))
