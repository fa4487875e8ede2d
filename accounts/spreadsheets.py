"""Tables for spreadsheets, as CSV."""

import csv
import io
from collections.abc import Iterable


def as_csv(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """The table as text; no cell of it is taken for a formula (A30)."""
    output = io.StringIO()
    table = csv.writer(output)
    table.writerow(head)
    for row in rows:
        table.writerow([harmless(cell) for cell in row])
    return output.getvalue()


def harmless(cell: object) -> str:
    """Text that no spreadsheet takes for a formula (A24, A30)."""
    text = str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
