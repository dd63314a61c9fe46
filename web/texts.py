"""How names and identifiers are stored, compared and sorted."""

import unicodedata

# Zero-width, joiner, soft hyphen, BOM and direction marks: invisible, so two identifiers could look the same.
INVISIBLE_CATEGORIES = frozenset({"Cf", "Cc", "Cs", "Co"})


def stored_text(value: str) -> str:
    """NFC without space around it: the form in which every name is kept."""
    return unicodedata.normalize("NFC", value).strip()


def identifier(value: str) -> str:
    """A name for machines and sign-in as it is shown: NFC, no space around it, nothing invisible inside."""
    return "".join(
        character for character in stored_text(value) if unicodedata.category(character) not in INVISIBLE_CATEGORIES
    )


def unique_key(value: str) -> str:
    """What two spellings of the same identifier share: compatibility form, case folded, nothing invisible."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", identifier(value)).casefold())
