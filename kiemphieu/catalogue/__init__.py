"""The texts by area: message id to (Vietnamese, English)."""

from collections.abc import Mapping

from kiemphieu.catalogue.ballot_layout import BALLOT_LAYOUT
from kiemphieu.catalogue.codes import CODES
from kiemphieu.catalogue.commands import COMMANDS
from kiemphieu.catalogue.documents import DOCUMENTS
from kiemphieu.catalogue.errors import ERRORS
from kiemphieu.catalogue.explain import EXPLAIN
from kiemphieu.catalogue.exports import EXPORTS
from kiemphieu.catalogue.output import OUTPUT
from kiemphieu.catalogue.preparing import PREPARING
from kiemphieu.catalogue.record import RECORD
from kiemphieu.catalogue.scanner import SCANNER
from kiemphieu.catalogue.tally import TALLY

CATALOGUES: tuple[Mapping[str, tuple[str, str]], ...] = (
    ERRORS,
    COMMANDS,
    OUTPUT,
    EXPLAIN,
    CODES,
    RECORD,
    BALLOT_LAYOUT,
    SCANNER,
    TALLY,
    DOCUMENTS,
    PREPARING,
    EXPORTS,
)
