"""Encryption of credentials at rest: AES-256-GCM by `cryptography`, with a key that the host keeps elsewhere.

An encrypted file is `HEADER`, 12 random bytes of nonce, and the ciphertext with its tag. The file's name is
authenticated with it, so that one file cannot take the place of another.
https://cryptography.io/en/latest/hazmat/primitives/aead/
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field

from bot.core.forge.errors import UserError

HEADER = b"plangate encrypted 1\n"
_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The host's key."""

    value: bytes = field(repr=False)

    def encrypt(self, text: str, name: str) -> bytes:
        """The content of an encrypted file of this name."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  only where a key is set

        nonce = os.urandom(_NONCE_BYTES)
        return HEADER + nonce + AESGCM(self.value).encrypt(nonce, text.encode(), name.encode())

    def decrypt(self, content: bytes, name: str) -> str:
        """The text of an encrypted file. Raises `ValueError` for another key, another name, or a changed file."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  likewise
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  likewise

        start = len(HEADER) + _NONCE_BYTES
        try:
            return AESGCM(self.value).decrypt(content[len(HEADER) : start], content[start:], name.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise ValueError(f"{name} was encrypted with another key, or changed") from error


def parse_key(text: str, setting: str) -> SecretKey:
    """The key in base64. Raises `UserError`, which names the setting and never the key."""
    try:
        value = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != _KEY_BYTES:
        raise UserError(f"{setting} must be 32 random bytes in base64: `openssl rand -base64 32` makes them.")
    return SecretKey(value)


def is_encrypted(content: bytes) -> bool:
    """Whether a file of this content is encrypted."""
    return content.startswith(HEADER)


def plain_text(content: bytes, name: str, key: SecretKey | None) -> str:
    """The text of a file, encrypted or not. Raises `UserError` without the right key, `UnicodeDecodeError`."""
    if not is_encrypted(content):
        return content.decode()
    if key is None:
        raise UserError(f"{name} is encrypted: set PLANGATE_SECRET_KEY, or PLANGATE_SECRET_KEY_FILE.")
    try:
        return key.decrypt(content, name)
    except ValueError as error:
        raise UserError(f"{error}: check PLANGATE_SECRET_KEY, or restore the file from a backup.") from None
