"""Figures with their spread."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass(frozen=True)
class Ratio:
    """Ours against the bare stack, once per round."""

    name: str
    unit: str
    ours: Sequence[float]
    bare: Sequence[float]
    budget: str

    def row(self) -> str:
        """One line of the table: both medians, the ratio and its lowest and highest round."""
        ratios = [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)]
        return (
            f"{self.name:<44} {statistics.median(self.ours):>10.2f} {statistics.median(self.bare):>10.2f}"
            f" {self.unit:<7} {statistics.median(ratios):>6.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            f"   {self.budget}"
        )


HEADING = f"{'':<44} {'ours':>10} {'bare':>10} {'':<7} {'ratio (lowest to highest)':<28} budget"
