"""The shop's pages, put together from the templates beside this module.

Nothing is kept about anybody: the basket is the address of the page, so that whatever appears on
the visitor's device comes from the chat.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from demo.shop.teas import BY_SLUG, TEAS, Tea

FOLDER = Path(__file__).resolve().parent / "pages"
FREE_DELIVERY_FROM = Decimal(35)
DELIVERY = Decimal("3.50")
MOST_TINS = 20

SNIPPET = """\
    <script src="/chat.js"></script>
    <script async src="{host}/widget/loader.js"></script>"""

# What the snippet says in the page itself elsewhere. This shop's policy forbids scripts in the
# page, so the lines stand in a file of its own.
CHAT_JS = """\
window._smartsupp = window._smartsupp || {{}};
_smartsupp.key = "{key}";
window.smartsupp = window.smartsupp || function () {{ smartsupp._.push(arguments) }};
smartsupp._ = smartsupp._ || [];
"""

Basket = tuple[str, ...]


class Pages:
    """Every page of the shop, with the snippet of one account of the platform at `host`."""

    def __init__(self, *, host: str, key: str) -> None:
        self._host = host
        self._key = key

    def chat_js(self) -> str:
        """The lines of the snippet that set the key and open the queue."""
        return CHAT_JS.format(key=self._key)

    def find(self, path: str, basket: Basket) -> str | None:
        """The page at this path, or None."""
        match path.strip("/").split("/"):
            case [""]:
                favourites = [TEAS[0], TEAS[1], TEAS[2]]
                return self._page("Loose tea", "home", basket, cards=_cards(favourites, basket))
            case ["teas"]:
                return self._page("Teas", "teas", basket, at="teas", cards=_cards(TEAS, basket))
            case ["teas", slug] if slug in BY_SLUG:
                return self._tea(BY_SLUG[slug], basket)
            case ["basket"]:
                return self._basket(basket)
            case ["delivery"]:
                return self._page("Delivery", "delivery", basket, at="delivery")
            case ["contact"]:
                return self._page("Contact", "contact", basket, at="contact")
        return None

    def missing(self) -> str:
        """What stands where no page is."""
        return self._page("Not here", "missing", ())

    def _tea(self, tea: Tea, basket: Basket) -> str:
        start = TEAS.index(tea)
        others = [TEAS[(start + step) % len(TEAS)] for step in (1, 2, 3)]
        return self._page(
            tea.name,
            "tea",
            basket,
            at="teas",
            cards=_cards(others, basket),
            add_href="/basket/" + _query((*basket, tea.slug)[-MOST_TINS:]),
            story=escape(tea.story),
            minutes=tea.minutes,
            degrees=str(tea.degrees),
            cups=str(tea.cups),
            ingredients=escape(tea.ingredients),
            **_words(tea),
        )

    def _basket(self, basket: Basket) -> str:
        if not basket:
            return self._page("Basket", "basket_empty", basket, at="basket")
        subtotal = sum((BY_SLUG[slug].price for slug in basket), Decimal(0))
        delivery = Decimal(0) if subtotal >= FREE_DELIVERY_FROM else DELIVERY
        return self._page(
            "Basket",
            "basket",
            basket,
            at="basket",
            lines="".join(_line(slug, count, basket) for slug, count in Counter(basket).items()),
            subtotal=_euros(subtotal),
            delivery=_euros(delivery) if delivery else "free",
            total=_euros(subtotal + delivery),
            query=_query(basket),
        )

    def _page(
        self, title: str, template: str, basket: Basket, /, *, at: str = "", **words: str
    ) -> str:
        page = _fill(
            "_layout",
            title=escape(title),
            content=_fill(template, **words),
            basket_href="/basket/" + _query(basket),
            basket_count=str(len(basket)),
            snippet=SNIPPET.format(host=escape(self._host)),
            **{
                f"at_{place}": ' aria-current="page"' if place == at else ""
                for place in ("teas", "delivery", "contact", "basket")
            },
        )
        return _keeping(basket, page)


def _keeping(basket: Basket, page: str) -> str:
    """The page with the basket in every link to another page of the shop."""
    if not basket:
        return page
    for path in ("/", "/teas/", "/delivery/", "/contact/"):
        page = page.replace(f'href="{path}"', f'href="{path}{escape(_query(basket))}"')
    return page


def read_basket(slugs: Iterable[str]) -> Basket:
    """The tins named in an address, without what the shop does not sell."""
    return tuple(slug for slug in slugs if slug in BY_SLUG)[:MOST_TINS]


def _cards(teas: Iterable[Tea], basket: Basket) -> str:
    return "".join(_fill("_card", query=escape(_query(basket)), **_words(tea)) for tea in teas)


def _line(slug: str, count: int, basket: Basket) -> str:
    tea = BY_SLUG[slug]
    return _fill(
        "_line",
        count=str(count),
        sum=_euros(tea.price * count),
        query=escape(_query(basket)),
        remove_href="/basket/" + escape(_query(tuple(one for one in basket if one != slug))),
        **_words(tea),
    )


def _words(tea: Tea) -> dict[str, str]:
    return {
        "slug": tea.slug,
        "name": escape(tea.name),
        "kind": escape(tea.kind),
        "short": escape(tea.short),
        "price": tea.price_text,
        "grams": str(tea.grams),
    }


def _euros(amount: Decimal) -> str:
    return f"€ {amount:.2f}"


def _query(basket: Basket) -> str:
    return "?" + urlencode([("tea", slug) for slug in basket]) if basket else ""


def _fill(template: str, /, **words: str) -> str:
    return Template((FOLDER / f"{template}.html").read_text(encoding="utf-8")).substitute(words)
