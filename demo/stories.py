"""Who wrote to Kettle Lane in the last days, and what was said. Everybody here is invented."""

from dataclasses import dataclass, field
from typing import Literal

from accounts.companies import CompanyFields
from privacy.purposes import Words

Speaker = Literal["visitor", "owner", "agent"]
Line = tuple[Speaker, int, str]


@dataclass(frozen=True)
class Story:
    """A conversation. `minutes_ago` is when it began; each line names its speaker, the minutes
    since the line before, and the words. `seen`: the visitor has read all of it. `wants_news`:
    they ticked the box for the letter of the house."""

    minutes_ago: int
    lines: tuple[Line, ...]
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = "en-GB"
    browser: str = "Firefox"
    os: str = "Windows"
    device: str = "desktop"
    time_zone: str = "Europe/Prague"
    variables: dict[str, str] = field(default_factory=dict)
    group: str = ""
    seen: bool = True
    handed_to: Speaker | None = None
    closed_by: Speaker | None = None
    is_blocked: bool = False
    wants_news: bool = False


COMPANY: CompanyFields = {
    "company_name": "Kettle Lane s.r.o.",
    "vat_id": "",
    "has_no_vat_id": True,
    "address_line1": "Kettle Lane 5",
    "address_line2": "",
    "postcode": "602 00",
    "city": "Brno",
    "country": "CZ",
    "registration_no": "",
    "contact_name": "",
    "contact_email": "privacy@demo.test",
    "dpo_name": "",
    "dpo_email": "",
    "representative": "",
}

NEWS = {
    "en": Words(
        title="Tea letter",
        text="Once a month we write to you about new blends, harvests and what is on sale.",
        data="your name and e-mail address",
    )
}

ASKS_FOR_A_COPY = ("Oskar Lindqvist", "oskar@lindqvist.example")
"""Writes to the owner two days ago, and wants to see what is kept of him."""

HOUR = 60
DAY = 24 * HOUR

STORIES = (
    Story(
        6 * DAY + 3 * HOUR,
        (
            (
                "visitor",
                0,
                "Good morning, is the Night Train vegan? My sister asks about the tin, too.",
            ),
            (
                "agent",
                2,
                "Good morning Priya. Tea, smoke and nothing else. And the tin is only tin.",
            ),
            ("visitor", 1, "Then two of them, please. Can I still add one to order 2041?"),
            (
                "agent",
                4,
                "Done, both travel in one parcel. You get the new sum by e-mail in a minute.",
            ),
            ("visitor", 1, "That was quick. Thank you"),
        ),
        name="Priya Raman",
        email="priya.raman@example.org",
        browser="Chrome",
        os="macOS",
        time_zone="Europe/London",
        variables={"Order": "2041"},
        group="orders",
        closed_by="agent",
    ),
    Story(
        5 * DAY + 7 * HOUR,
        (
            ("visitor", 0, "Do you wrap presents?"),
            (
                "owner",
                3,
                "We do, in brown paper with a sprig of whatever is dry. It costs nothing.",
            ),
            ("visitor", 2, "Lovely. I will write it into the note of the order."),
        ),
        device="phone",
        browser="Safari",
        os="iOS",
        closed_by="visitor",
    ),
    Story(
        4 * DAY + 5 * HOUR,
        (
            ("visitor", 0, "Guten Tag, kann ich den Orchard auch in einer größeren Dose bekommen?"),
            ("owner", 5, "Guten Tag Frau Brandt. Ab Dezember gibt es ihn mit 250 g, für 26 Euro."),
            ("visitor", 3, "Wunderbar. Sagen Sie mir Bescheid?"),
            ("owner", 1, "Sehr gern, an diese Adresse hier. Bis dann"),
        ),
        name="Annika Brandt",
        email="annika.brandt@example.org",
        language="de-DE",
        time_zone="Europe/Berlin",
        closed_by="owner",
    ),
    Story(
        3 * DAY + 8 * HOUR,
        (
            ("visitor", 0, "CHEAP WATCHES best price look at my shop"),
            ("visitor", 1, "CHEAP WATCHES best price look at my shop"),
        ),
        browser="Chrome",
        os="Linux",
        time_zone="UTC",
        seen=False,
        closed_by="agent",
        is_blocked=True,
    ),
    Story(
        3 * DAY + 2 * HOUR,
        (
            ("visitor", 0, "Dobrý den, stihne balíček přijít do pátku do Olomouce?"),
            ("agent", 2, "Dobrý den, když objednáte dnes do večera, bude tam ve čtvrtek."),
            ("visitor", 6, "Objednáno. Moc děkuji"),
            ("agent", 1, "Vidím ji, číslo 2057. Hezký večer"),
        ),
        name="Lucie Nováková",
        email="lucie.novakova@example.org",
        phone="+420 601 000 117",
        language="cs-CZ",
        variables={"Order": "2057"},
        group="orders",
        closed_by="agent",
    ),
    Story(
        2 * DAY + 4 * HOUR,
        (
            ("visitor", 0, "My Quiet Harbour tastes of almost nothing. What do I do wrong?"),
            (
                "agent",
                3,
                "Let us find out. How much do you take for a cup, and how hot is the water?",
            ),
            (
                "visitor",
                2,
                "One flat teaspoon. The water has cooled a little, so that the mint does not burn.",
            ),
            (
                "agent",
                2,
                "There it is: mint likes it boiling, and two heaped spoons. Cover the cup for six "
                "minutes, the taste sits in the steam.",
            ),
            ("visitor", 14, "You were right, it is another tea now."),
        ),
        name="Oskar Lindqvist",
        email="oskar@lindqvist.example",
        os="Android",
        device="phone",
        browser="Chrome",
        language="sv-SE",
        time_zone="Europe/Stockholm",
        group="advice",
        closed_by="visitor",
        wants_news=True,
    ),
    Story(
        1 * DAY + 6 * HOUR,
        (
            ("visitor", 0, "Hello, the parcel 2063 says delivered, but there is nothing here."),
            ("agent", 4, "I am sorry to hear that. Let me ask the courier, one moment."),
            ("agent", 17, "They left it with the bakery at number 12. Is that near you?"),
            ("visitor", 9, "It is across the street. I will look tomorrow morning and tell you."),
            ("agent", 1, "Good. If it is not there we send a new one, no questions."),
        ),
        name="Martha Okafor",
        email="martha.okafor@example.org",
        browser="Edge",
        time_zone="Europe/Vienna",
        variables={"Order": "2063"},
        group="orders",
        handed_to="owner",
    ),
    Story(
        9 * HOUR,
        (
            (
                "visitor",
                0,
                "We run a small café in Graz and would like three teas on the card. Do you sell to cafés?",
            ),
            (
                "owner",
                11,
                "With pleasure. From 2 kg of a tea the price falls by a quarter. Which three?",
            ),
            ("visitor", 6, "Orchard, Harbour and the oolong with roses."),
            (
                "owner",
                4,
                "A good card. I send you samples and a price list today. To this address?",
            ),
            ("visitor", 2, "Yes please, and to the attention of Jonas."),
            ("owner", 1, "Noted. They leave the house at noon."),
        ),
        name="Jonas Feichtinger",
        email="jonas@cafe-feicht.example",
        phone="+43 660 000 2231",
        language="de-AT",
        time_zone="Europe/Vienna",
        variables={"Company": "Café Feicht"},
        group="advice",
    ),
    Story(
        3 * HOUR + 20,
        (
            ("visitor", 0, "Is there caffeine in the honeybush one?"),
            ("agent", 1, "None at all, Sunday Paper is safe at midnight."),
        ),
        browser="Safari",
        os="iOS",
        device="tablet",
        time_zone="Europe/Dublin",
        seen=False,
    ),
    Story(
        74,
        (
            (
                "visitor",
                0,
                "Hi Tomas, which of the green ones would you give to somebody who only drinks coffee?",
            ),
            (
                "agent",
                3,
                "None of the green ones, to be honest. Night Train: it has the roast they look for.",
            ),
            ("visitor", 5, "Smoky tea for a coffee person, I would not have thought of it."),
            ("visitor", 1, "And if she hates smoke?"),
        ),
        name="Eleni Markou",
        email="eleni.markou@example.org",
        browser="Firefox",
        os="macOS",
        language="en-US",
        time_zone="Europe/Athens",
        group="advice",
    ),
    Story(
        23,
        (
            ("visitor", 0, "Hallo, liefert ihr auch in die Schweiz?"),
            ("visitor", 1, "Es geht um vier Dosen nach Winterthur."),
        ),
        name="Reto Ammann",
        language="de-CH",
        time_zone="Europe/Zurich",
        seen=False,
    ),
    Story(
        6,
        (
            (
                "visitor",
                0,
                "Hello, I would like to bring three empty tins back. Do I just put them into a parcel?",
            ),
        ),
        browser="Chrome",
        os="Android",
        device="phone",
        time_zone="Europe/Prague",
        seen=False,
    ),
)
