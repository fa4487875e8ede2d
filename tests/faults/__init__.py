"""Kill -9 while people talk: `python -m tests.faults` plays it, `pytest -m faults` runs it as a test."""
