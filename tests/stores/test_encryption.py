"""Keys and sealed values."""

from __future__ import annotations

import subprocess
import sys
from typing import ClassVar

import pytest

from asyncassist import AsyncStateManager, Encryption
from asyncassist._stores.encryption import Cipher, ErasedError, OwnerCipher
from asyncassist.errors import ConfigurationError, StateError
from asyncassist.testing import FakeClock

ONE, TWO = b"1" * 32, b"2" * 32


@pytest.mark.parametrize("keys", [[], [b"short"], ["1" * 32], [ONE, b"x" * 33], ONE, None, 5], ids=repr)
def test_invalid_keys_are_refused(keys):
    """Each key has 32 bytes, and there is at least one; the error does not show them."""
    with pytest.raises(ConfigurationError) as caught:
        Encryption(keys)

    assert caught.value.field == "keys"
    assert "1111" not in str(caught.value)


def test_keys_are_never_shown():
    """The representation tells their number alone."""
    assert repr(Encryption([ONE, TWO])) == "Encryption(2 keys)"


def test_encryption_must_be_one():
    """Bare keys are refused by name."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncStateManager(encryption=[ONE])
    assert caught.value.field == "encryption"


def test_a_missing_package_is_named():
    """Without the extra the error says what to install, when the keys are given."""
    program = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from asyncassist import Encryption\n"
        "try: Encryption([b'1' * 32])\n"
        "except ValueError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert "pip install 'asyncassist[crypto]'" in done.stdout


def test_equal_values_are_sealed_differently():
    """Each sealed value has a nonce of its own, and opens to what it was."""
    cipher = Cipher(Encryption([ONE]))
    sealed = [cipher.seal(b"value", b"salt", "place") for _ in range(2)]

    assert sealed[0] != sealed[1]
    assert [cipher.open(each, b"salt", "place") for each in sealed] == [b"value"] * 2


def test_a_value_opens_with_its_key_salt_and_place_alone():
    """Another key, salt or place is an error that tells which."""
    sealed = Cipher(Encryption([ONE])).seal(b"value", b"salt", "place")

    assert Cipher(Encryption([TWO, ONE])).open(sealed, b"salt", "place") == b"value"
    with pytest.raises(StateError, match="not configured"):
        Cipher(Encryption([TWO])).open(sealed, b"salt", "place")
    with pytest.raises(ErasedError):
        Cipher(Encryption([ONE])).open(sealed, b"other", "place")
    with pytest.raises(StateError, match="does not agree"):
        Cipher(Encryption([ONE])).open(sealed, b"salt", "elsewhere")
    for text in (b"", b"\x01", sealed[:20], b"\x02" + sealed[1:]):
        with pytest.raises(StateError):
            Cipher(Encryption([ONE])).open(text, b"salt", "place")


def test_keys_are_derived_for_each_owner():
    """Two owners have different keys of words, two configured keys too; many owners are forgotten again."""
    cipher = Cipher(Encryption([ONE, TWO]))

    assert len({*cipher.word_keys(b"a"), *cipher.word_keys(b"b")}) == 6
    for number in range(1100):
        cipher.seal(b"x", str(number).encode(), "place")
    assert cipher.open(cipher.seal(b"x", b"0", "place"), b"0", "place") == b"x"


async def test_salts_are_read_again():
    """The salt of a user is read again after a second, that of no owner never; of many owners the oldest is dropped."""

    class Store:
        reads: ClassVar[list[str]] = []

        async def read_salt(self, owner: str) -> bytes:
            self.reads.append(owner)
            return owner.encode() * 16

    clock = FakeClock()
    owners = OwnerCipher(Cipher(Encryption([ONE])), Store(), clock)
    for _ in range(3):
        for owner in ("-", "a"):
            assert await owners.open(owner, await owners.seal(owner, b"value", "place"), "place") == b"value"
        clock.advance(1.0)
    assert Store.reads == ["-", "a", "a", "a"]

    for number in range(1001):
        await owners.word_keys(str(number))
    Store.reads.clear()
    await owners.word_keys("-")
    assert Store.reads == ["-"]
