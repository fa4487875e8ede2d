"""What Kettle Lane sells."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Tea:
    """A tea in a tin. `hue` colours its tin, `motif` is what is drawn on the label."""

    slug: str
    name: str
    kind: str
    short: str
    story: str
    price: Decimal
    grams: int
    minutes: str
    degrees: int
    cups: int
    ingredients: str
    tin: str
    shade: str
    ink: str
    motif: str

    @property
    def price_text(self) -> str:
        return f"€ {self.price:.2f}"


TEAS = (
    Tea(
        "morning-orchard",
        "Morning Orchard",
        "Black tea",
        "Assam with dried apple and a little cinnamon bark.",
        "Strong enough for the first cup of the day, round enough to drink without milk. The apple "
        "comes from old trees near Znojmo and is dried in slices, so you can see what you drink.",
        Decimal("11.50"),
        100,
        "3 to 4",
        95,
        45,
        "Black tea (Assam, second flush), dried apple 12 %, cinnamon bark 3 %.",
        "#b8492f",
        "#963720",
        "#5a1d0f",
        "apple",
    ),
    Tea(
        "quiet-harbour",
        "Quiet Harbour",
        "Herbal, no caffeine",
        "Peppermint, lemon verbena and a pinch of fennel.",
        "For the hour when the shops close and the gulls calm down. Cut coarsely, so that the mint "
        "stays bright until the last cup of the tin.",
        Decimal("9.80"),
        80,
        "5 to 8",
        100,
        40,
        "Peppermint 60 %, lemon verbena 35 %, fennel seed.",
        "#2f7064",
        "#22564c",
        "#0d332c",
        "leaf",
    ),
    Tea(
        "window-seat",
        "Window Seat",
        "Green tea",
        "A gentle sencha with orange peel.",
        "Grassy, clear and a little sweet. Let the water stand for five minutes after it has "
        "boiled: hotter water makes this one bitter.",
        Decimal("13.20"),
        80,
        "2",
        75,
        40,
        "Green tea (sencha), orange peel 8 %.",
        "#d99a2b",
        "#b97d17",
        "#5f3d05",
        "orange",
    ),
    Tea(
        "sunday-paper",
        "Sunday Paper",
        "Herbal, no caffeine",
        "Chamomile flowers, whole, with linden and honeybush.",
        "Slow to brew and slow to drink. The flowers float: use a strainer, or do not mind.",
        Decimal("10.40"),
        60,
        "6 to 8",
        100,
        30,
        "Chamomile flowers 50 %, linden blossom 30 %, honeybush 20 %.",
        "#7386b8",
        "#596c9f",
        "#232f52",
        "flower",
    ),
    Tea(
        "night-train",
        "Night Train",
        "Black tea",
        "Smoked over pine wood, for people who stay up.",
        "Some say campfire, some say leather armchair. Half a spoon in an ordinary black tea makes "
        "a good beginning.",
        Decimal("12.90"),
        100,
        "3",
        95,
        45,
        "Black tea, smoked over pine wood.",
        "#3d3a45",
        "#2b2932",
        "#16141b",
        "pine",
    ),
    Tea(
        "rose-street",
        "Rose Street",
        "Oolong",
        "A light oolong with rose petals from Isparta.",
        "The leaves open three times: keep them, and pour again. The third cup is the one that "
        "people write to us about.",
        Decimal("15.60"),
        80,
        "3",
        85,
        60,
        "Oolong tea, rose petals 6 %.",
        "#c77a8c",
        "#a95d70",
        "#571f30",
        "rose",
    ),
)

BY_SLUG = {tea.slug: tea for tea in TEAS}
