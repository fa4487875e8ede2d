"""Cells of CSV files, which people open in spreadsheets."""


def harmless(cell: object) -> str:
    """Text that no spreadsheet takes for a formula (A24)."""
    text = str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
