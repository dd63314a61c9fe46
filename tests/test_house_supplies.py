"""The house rules about translations, locks, vendored files and documents; each is proved able to fail beside it."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tests.house_rules import supplies, translations
from tests.house_rules.sources import ROOT, Source, all_sources

SOURCES = list(all_sources())
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-tools.txt")
VENDORED = (ROOT / "static" / "vendor" / "SHA256SUMS").read_text(encoding="utf-8")
SETTINGS = [source for source in SOURCES if source.path in {"web/settings.py", "run", "test"}]
FROM_THE_SYSTEM = {"CI", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"}


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def documents(pattern: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(pattern))}


@pytest.fixture(scope="module")
def texts() -> set[str]:
    update = translations.load_script("translations/update")
    return {translations.key_of(text) for package in update.PACKAGES for text in update.texts_of(package)}


@pytest.fixture(scope="module")
def catalogues() -> list[Catalog]:
    update = translations.load_script("translations/update")
    return [update.read_catalogue(package) for package in update.PACKAGES]


def test_every_text_has_its_chinese(texts: set[str], catalogues: list[Catalog]) -> None:
    missing = list(translations.untranslated(texts, catalogues))
    assert not missing, "Write the Chinese into translations/zh/LC_MESSAGES (make messages):\n" + "\n".join(missing)


def test_no_translation_is_out_of_use(texts: set[str], catalogues: list[Catalog]) -> None:
    left = list(translations.out_of_use(texts, catalogues))
    assert not left, "Drop these entries (make messages does it):\n" + "\n".join(left)


def test_translations_name_the_same_placeholders(catalogues: list[Catalog]) -> None:
    unlike = list(translations.unlike_placeholders(catalogues))
    assert not unlike, "Use the placeholders of the text:\n" + "\n".join(unlike)


def test_the_rules_of_translations_can_fail() -> None:
    catalogue = Catalog(locale="zh", domain="web")
    catalogue.add("Save %(name)s", "保存%(nom)s")
    catalogue.add("Old", "旧")
    catalogue.add("Empty", "")
    catalogue.add(("%(num)s day", "%(num)s days"), ("%(num)s天",))
    assert list(translations.untranslated({"Empty", "New", "Old", "%(num)s day"}, [catalogue])) == ["Empty", "New"]
    assert list(translations.out_of_use({"Empty", "Save %(name)s", "%(num)s day"}, [catalogue])) == ["web: Old"]
    assert list(translations.unlike_placeholders([catalogue])) == ["web: Save %(name)s -> 保存%(nom)s"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_by_its_hash(lock: str) -> None:
    assert not list(supplies.unhashed(read(lock))), "Lock it again with `make lock`."
    assert not list(supplies.machine_words(read(lock))), "A lock names no registry and no place of one machine."


def test_the_tests_run_what_the_product_runs() -> None:
    apart = supplies.pins_of(read("requirements.txt")) - supplies.pins_of(read("requirements-test.txt"))
    assert apart == set(), "`make lock` locks the tests on top of the product's lock."


def test_every_package_is_used() -> None:
    product = [source for source in SOURCES if not source.is_test]
    idle = list(supplies.unused(supplies.requirements_of(read("requirements.in")), product))
    idle += supplies.unused(supplies.requirements_of(read("requirements-test.in")), SOURCES)
    assert not idle, f"Nothing imports {idle}: take it out of requirements*.in and lock again."


def test_the_rules_of_packages_can_fail() -> None:
    assert list(supplies.unhashed("flask==3.1 \\\n    --hash=sha256:ab\nclick==8\n")) == ["click==8"]
    assert list(supplies.unhashed("flask>=3 \\\n    --hash=sha256:ab\n")) == ["flask>=3 \\"]
    assert list(supplies.machine_words("--index-url https://example.org/simple\n"))
    assert list(supplies.machine_words("x @ /home/me/x.whl\n"))
    assert supplies.pins_of("numpy==2 ; python_version < '3.12' \\\n    --hash=x\n") == {
        "numpy==2 ; python_version < '3.12'"
    }
    sources = [Source("web/a.py", "import flask_babel\n")]
    assert list(supplies.unused(["flask-babel", "numpy", "gunicorn"], sources)) == ["numpy"]
    assert supplies.requirements_of("# x\nFlask>=3,<4\npsycopg[binary]>=3\n-r a.in\n") == ["flask", "psycopg"]


def test_vendored_files_are_what_was_published() -> None:
    assert not list(supplies.altered(VENDORED, ROOT)), "Vendored files are not edited: change static/vendor/update."
    assert not list(supplies.unsealed(VENDORED, ROOT, ("static/vendor", "web/fonts"))), "Run static/vendor/update."


def test_the_rules_of_vendored_files_can_fail(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "a.js").write_text("1")
    (tmp_path / "vendor" / "b.js").write_text("2")
    assert list(supplies.altered("0" * 64 + "  vendor/a.js\n", tmp_path)) == ["vendor/a.js"]
    assert list(supplies.unsealed("0" * 64 + "  vendor/a.js\n", tmp_path, ["vendor"])) == ["vendor/b.js"]


def test_every_formula_is_documented_in_both_languages() -> None:
    found = documents("docs/formulas*.md")
    assert len(found) >= 2, "Write docs/formulas.md and its Chinese twin docs/formulas.zh-CN.md."
    missing = list(supplies.undocumented_formulas(SOURCES, found))
    assert not missing, "Name the module's path with its formulas and their source:\n" + "\n".join(missing)


def test_every_setting_is_listed_in_both_readmes() -> None:
    found = documents("README*.md")
    assert set(found) >= {"README.md", "README.zh-CN.md"}
    missing = [
        line for line in supplies.undocumented_settings(SETTINGS, found) if line.split()[-1] not in FROM_THE_SYSTEM
    ]
    assert not missing, "List the setting as `NAME` with what it does:\n" + "\n".join(missing)


def test_the_rules_of_documents_can_fail() -> None:
    formula = Source("assessments/measurement/curves.py", "")
    assert list(supplies.undocumented_formulas([formula], {"formulas.md": "nothing"}))
    assert not list(supplies.undocumented_formulas([formula], {"formulas.md": "`assessments/measurement/curves.py`"}))
    setting = Source("web/settings.py", 'environment.get("PORT", "8000")')
    assert list(supplies.undocumented_settings([setting], {"README.md": "PORTS"})) == ["README.md: PORT"]
