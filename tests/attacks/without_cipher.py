"""The command line with its ciphers replaced by nothing: proof that the search for markers can find them.

Only a test can start this: the product has no such setting.
"""

from __future__ import annotations

import sys
from typing import Any

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # ships no types

from vault.__main__ import main
from vault.seal import envelope

_TAG = bytes(16)


class NoAead:
    """Takes the place of AES-GCM and encrypts nothing."""

    def __init__(self, key: bytes) -> None:
        del key

    def encrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        del nonce, aad
        return data + _TAG

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        del nonce, aad
        return data[: -len(_TAG)]


class PlainConnection(driver.Connection):  # type: ignore[misc]  # the driver ships no types
    """SQLCipher that was never given a key: plain SQLite."""

    def execute(self, sql: str, *parameters: Any) -> Any:
        if sql.startswith(("PRAGMA key", "PRAGMA cipher_page_size")):
            sql, parameters = "SELECT 1", ()
        return super().execute(sql, *parameters)


def _connect(path: str, **options: Any) -> Any:
    return _real_connect(path, **options, factory=PlainConnection)


_real_connect = driver.connect
vars(envelope)["AESGCM"] = NoAead
driver.connect = _connect

if __name__ == "__main__":
    sys.exit(main())
