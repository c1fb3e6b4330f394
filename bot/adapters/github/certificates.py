"""The certificate authorities by which GitHub's certificate is verified: a company's, else those of the system."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from bot.core.forge.errors import UserError


def authorities(ca_file: Path | None) -> str | None:
    """Return the file or folder of the trusted certificate authorities: `ca_file`, else the system's.

    The system's are those of the variable that requests knows, else those of OpenSSL. None where the system has none;
    requests then uses its own. Raises `UserError` when `ca_file` has no certificates.
    """
    if ca_file is None:
        paths = ssl.get_default_verify_paths()
        has_folder = bool(paths.capath) and any(Path(paths.capath).glob("*.0"))
        return os.environ.get("REQUESTS_CA_BUNDLE") or paths.cafile or (paths.capath if has_folder else None)
    try:
        ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:  # an `SSLError` is an `OSError`
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise UserError(
            f"PLANGATE_CA_FILE names {str(ca_file)!r}, which has no certificates in PEM form: {reason[:100]}."
        ) from None
    return str(ca_file)


def context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a TLS context that trusts these authorities. Raises as `authorities` does."""
    trusted = Path(authorities(ca_file) or "")
    folder = trusted.is_dir()
    if trusted == Path():
        return ssl.create_default_context()
    return ssl.create_default_context(cafile=None if folder else trusted, capath=trusted if folder else None)
