"""Read a JSON report that somebody hands over: bounded, and held to `config/report.schema.json`."""

from __future__ import annotations

import msgspec

from bot.core.forge.errors import UserError
from bot.core.speech.report.model import ReportJson
from bot.core.text.neutral import plain_line

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of a report that are read: ten times the report on 1,000 features."""
_DECODER = msgspec.json.Decoder(ReportJson)


def read_report(content: bytes, name: str) -> ReportJson:
    """The report in a file. Raises `UserError` with the first field that is not as the schema says."""
    if len(content) > MAX_BYTES:
        raise UserError(f"{name} has more than {MAX_BYTES:,} bytes: name the file that plangate wrote.")
    try:
        return _DECODER.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        reason = plain_line(str(error).replace(" - at ", " at ").replace("`", ""))
        form = "the form: config/report.schema.json"
        raise UserError(f"{name} is no report of plangate: {reason} ({form}).") from None
