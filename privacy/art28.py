"""Where each duty of Article 28 GDPR stands in our agreement. A test holds the agreement to it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """`anchors` are in the agreement, `clauses` in its table of Part B; each of `words` stands in
    one of the points or sections named."""

    words: tuple[str, ...]
    anchors: tuple[str, ...]
    clauses: tuple[str, ...] = ()


MAP = {
    "28(1)": Duty(("sufficient guarantees",), ("3.1", "appendix-2")),
    "28(2)": Duty(
        ("general written authorisation", "at least 30 days", "may object"),
        ("4.1", "4.2", "4.3", "appendix-3"),
        ("Clause 7.7(a)",),
    ),
    "28(3)": Duty(("Subject and purpose", "Nature", "Duration"), ("appendix-1",), ("Clause 6",)),
    "28(3)(a)": Duty(
        ("only on documented instructions", "Chapter V"),
        ("2.1", "5.3"),
        ("Clause 7.1(a)", "Clause 7.8"),
    ),
    "28(3)(b)": Duty(("bound to confidentiality",), ("3.2",), ("Clause 7.4(b)",)),
    "28(3)(c)": Duty(("Article 32",), ("3.1", "appendix-2"), ("Clause 7.4(a)",)),
    "28(3)(d)": Duty(
        ("authorisation", "same data protection obligations"),
        ("4.1", "4.5"),
        ("Clause 7.7(a)", "Clause 7.7(b)"),
    ),
    "28(3)(e)": Duty(("requests of data subjects",), ("6.1",), ("Clause 8(a)", "Clause 8(b)")),
    "28(3)(f)": Duty(
        ("breach", "impact assessments", "prior consultation"),
        ("6.2", "6.3"),
        ("Clause 8(c)", "Clause 9"),
    ),
    "28(3)(g)": Duty(("deletes or returns all personal data",), ("8.2",), ("Clause 10(d)",)),
    "28(3)(h)": Duty(
        ("all information", "audits, including inspections"), ("7.1", "7.2"), ("Clause 7.6",)
    ),
    "28(3) last": Duty(("instruction infringes", "immediately"), ("2.1",), ("Clause 7.1(b)",)),
    "28(4)": Duty(
        ("same data protection obligations", "fully liable"),
        ("4.5",),
        ("Clause 7.7(b)", "Clause 7.7(d)"),
    ),
    "28(5)": Duty(
        ("approved code of conduct", "approved certification"), ("7.1",), ("Clause 7.6",)
    ),
    "28(6)": Duty(("part of this agreement by reference and unmodified",), ("clauses",)),
    "28(7)": Duty(("Commission Implementing Decision (EU) 2021/915",), ("clauses",)),
    "28(8)": Duty(("adopted by a supervisory authority", "not used"), ("clauses",)),
    "28(9)": Duty(("in writing in electronic form",), ("1.3",)),
    "28(10)": Duty(("would be a controller",), ("2.2",)),
}
