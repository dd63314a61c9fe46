"""Keys in files, and what they seal."""

import stat
from pathlib import Path

import pytest

from web.sealing import (
    KeyMissingError,
    NotSealedWithThisKeyError,
    Seal,
    destroy_key,
    has_key,
    key_file,
    key_named,
    make_key,
)


def test_a_key_is_for_the_servers_user_alone_and_is_never_replaced(tmp_path: Path) -> None:
    make_key(tmp_path / "keys", "survey-a")
    key = key_named(tmp_path / "keys", "survey-a")
    make_key(tmp_path / "keys", "survey-a")
    assert key_named(tmp_path / "keys", "survey-a") == key
    assert stat.S_IMODE(key_file(tmp_path / "keys", "survey-a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["survey-a.key"]


def test_a_destroyed_key_is_gone_and_destroying_it_again_does_nothing(tmp_path: Path) -> None:
    make_key(tmp_path, "survey-a")
    destroy_key(tmp_path, "survey-a")
    destroy_key(tmp_path, "survey-a")
    assert not has_key(tmp_path, "survey-a")
    with pytest.raises(KeyMissingError):
        key_named(tmp_path, "survey-a")


@pytest.mark.parametrize("name", ["", "../other", "a/b", "a.key", "a b"])
def test_a_key_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        make_key(tmp_path, name)


def test_a_cut_off_key_counts_as_missing(tmp_path: Path) -> None:
    make_key(tmp_path, "survey-a")
    key_file(tmp_path, "survey-a").write_bytes(b"short")
    with pytest.raises(KeyMissingError):
        key_named(tmp_path, "survey-a")


def test_what_is_sealed_opens_with_its_key_purpose_and_name_alone() -> None:
    seal = Seal(bytes(32), "ratings")
    name = seal.name(7)
    sealed = seal.sealed(b"content", name)
    assert seal.opened(sealed, name) == b"content"
    assert list(seal.opened_many([(name, sealed)])) == [b"content"]
    strangers = [Seal(bytes(31) + b"1", "ratings"), Seal(bytes(32), "comments")]
    for opener, other in [(strangers[0], name), (strangers[1], name), (seal, seal.name(8))]:
        with pytest.raises(NotSealedWithThisKeyError):
            opener.opened(sealed, other)
    with pytest.raises(NotSealedWithThisKeyError):
        seal.opened(sealed[:-1] + bytes([sealed[-1] ^ 1]), name)


def test_the_same_content_is_sealed_differently_each_time_and_names_differ_by_purpose() -> None:
    seal = Seal(bytes(32), "ratings")
    assert seal.sealed(b"x", b"n") != seal.sealed(b"x", b"n")
    assert seal.name(1) == Seal(bytes(32), "ratings").name(1)
    assert len({seal.name(1), seal.name(2), Seal(bytes(32), "comments").name(1)}) == 3
