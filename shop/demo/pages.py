"""The demo's own pages, in both languages, so that its footer leads somewhere."""

from shop.looks import Page

PAGES = (
    Page(
        "about",
        "en",
        "About us",
        "We are a demo: a small house that makes mugs, vases, prints and lamps in small numbers.\n\n"
        "Everything you see can be bought here with a test card, and nothing of it will ever be sent.",
        0,
    ),
    Page(
        "about",
        "de",
        "Über uns",
        "Wir sind eine Demo: ein kleines Haus, das Becher, Vasen, Drucke und Lampen macht.\n\n"
        "Alles, was Sie sehen, können Sie hier mit einer Testkarte kaufen, und nichts davon wird versandt.",
        0,
    ),
    Page(
        "contact",
        "en",
        "Contact",
        "Tillroom demo, 1 Example Street, 00000 Nowhere\n\nWrite to ada@tillroom.example.\n\n"
        "A merchant puts the legal notice of their country here.",
        0,
    ),
    Page(
        "contact",
        "de",
        "Impressum",
        "Tillroom-Demo, Beispielstraße 1, 00000 Nirgendwo\n\nSchreiben Sie an ada@tillroom.example.\n\n"
        "Hier steht bei Ihnen, was das Gesetz verlangt.",
        0,
    ),
    Page(
        "returns",
        "en",
        "Shipping and returns",
        "- Germany: free, 2 to 3 days; express on the next day.\n- European Union: 4 to 7 days.\n"
        "- Everywhere else: 2 to 3 weeks.\n\nYou can cancel an order with one click until we pack it.",
        0,
    ),
    Page(
        "returns",
        "de",
        "Versand und Rückgabe",
        "- Deutschland: kostenlos, 2 bis 3 Tage; Express am nächsten Tag.\n- EU: 4 bis 7 Tage.\n"
        "- Überall sonst: 2 bis 3 Wochen.\n\nBis wir packen, stornieren Sie eine Bestellung mit einem Klick.",
        0,
    ),
)
