"""Orders of a shop with every kind of dirt that the findings know, planted on purpose and counted here."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from trainer.sources.samples.written import Rows, dice, write_csv

ORDERS = 612
DOUBLED = 12
HOLES = 50
WRONG = 30
CENTS = 14
BROKEN = 22
CITIES = ("Zürich", "Köln", "Lyon", "Malmö", "Porto", "Gent")
PRODUCTS = {"shoes": 70.0, "coat": 120.0, "shirt": 25.0, "hat": 18.0, "bag": 45.0}
NAMES = ("Ana", "Ben", "Chloé", "Deniz", "Emil", "Fatou", "Goran", "Hana", "Ines", "Jonas", "Kaito", "Lena")
LETTERS = "ABCDEFGHJKLMNOPRSTVWZ"
HEADER = [
    "order", "date", "customer", "city", "product", "pieces", "price", "discount", "delivery days", "currency",
    "refund", "sent back",
]  # fmt: skip
CITY, PRICE, DELIVERY, REFUND, BACK = 3, 6, 8, 10, 11


def shop(folder: Path) -> Path:
    """Write the table."""
    chance = dice(612)
    rows = [an_order(number, chance) for number in range(ORDERS)]
    plant(rows, chance)
    for place in sorted(chance.choice(ORDERS, DOUBLED, replace=False).tolist(), reverse=True):
        rows.insert(place + 1, list(rows[place]))
    return write_csv(folder / "table.csv", HEADER, rows)


def an_order(number: int, chance: np.random.Generator) -> list[object]:
    """One clean order. Coats and shoes that come late come back most."""
    product = str(chance.choice(list(PRODUCTS)))
    pieces = int(chance.integers(1, 4))
    price = round(PRODUCTS[product] * float(chance.uniform(0.8, 1.3)), 2)
    discount = int(chance.choice([0, 0, 0, 10, 20, 30]))
    days = int(chance.integers(1, 12))
    fits_badly = {"shoes": 1.6, "coat": 1.2, "shirt": 0.2}.get(product, -1.5)
    back = fits_badly + 0.35 * (days - 6) - 0.03 * discount + chance.normal(0, 0.6) > 0.4
    day = date(2025, 1, 1) + timedelta(days=int(chance.integers(0, 365)))
    person = f"{NAMES[int(chance.integers(len(NAMES)))]} {LETTERS[int(chance.integers(len(LETTERS)))]}."
    city = str(chance.choice(CITIES))
    refund = round(price * pieces * (1 - discount / 100), 2) if back else 0
    return [
        f"W-{20000 + number * 7}", day.isoformat(), person, city, product, pieces, price, discount, days, "EUR",
        refund, "yes" if back else "no",
    ]  # fmt: skip


def plant(rows: Rows, chance: np.random.Generator) -> None:
    """The dirt: each kind in rows of its own."""
    order = chance.permutation(ORDERS).tolist()
    for place in order[:HOLES]:
        rows[place][DELIVERY] = ""
    for place in order[HOLES : HOLES + WRONG]:
        rows[place][BACK] = "no" if rows[place][BACK] == "yes" else "yes"
    for place in order[HOLES + WRONG : HOLES + WRONG + CENTS]:
        rows[place][PRICE] = round(float(str(rows[place][PRICE])) * 100)
    umlauts = [place for place in order if not str(rows[place][CITY]).isascii()]
    for place in umlauts[:BROKEN]:
        rows[place][CITY] = str(rows[place][CITY]).encode().decode("latin-1")
