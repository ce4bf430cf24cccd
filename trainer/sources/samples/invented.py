"""Tables of things that do not exist: flats, customers, marks for films."""

from pathlib import Path

import numpy as np

from trainer.sources.samples.written import Rows, dice, write_csv

FLATS = 600
DISTRICTS = {"Old Town": 3.2, "Harbour": 2.1, "Station": 0.4, "Hillside": 1.0, "Meadows": -0.8}
HEATING = {"district": 0.3, "gas": 0.0, "electric": -0.4}
KINDS = {"regulars": (22, 4.2, 0.2, 7.6, 4), "families": (5, 16.5, 0.55, 10.2, 12), "idlers": (9, 7.8, 0.75, 15.4, 52),
         "lunchers": (13, 9.4, 0.12, 12.4, 19)}  # fmt: skip
EACH = 120
PEOPLE, FILMS, MARKS = 90, 60, 3000
GENRES = ("comedy", "thriller", "romance", "science fiction", "documentary")
FIRST = (
    "Last",
    "Silent",
    "Blue",
    "Broken",
    "Second",
    "Hidden",
    "Wild",
    "Golden",
    "Lost",
    "Small",
    "Late",
    "Endless",
)
SECOND = ("Train", "Summer", "Island", "Letter", "Winter")


def flats(folder: Path) -> Path:
    """Rents that depend on size, place, age and heating, with some chance."""
    chance = dice(600)
    rows: Rows = []
    for _ in range(FLATS):
        metres = float(np.clip(chance.gamma(7, 10), 18, 220))
        rooms = int(np.clip(round(metres / 26 + chance.normal(0, 0.5)), 1, 7))
        floor, built = int(chance.integers(0, 8)), int(chance.integers(1890, 2025))
        away = int(np.clip(chance.normal(18, 9), 2, 55))
        district, heating = str(chance.choice(list(DISTRICTS))), str(chance.choice(list(HEATING)))
        balcony = bool(chance.random() < 0.55)
        a_metre = 11 + DISTRICTS[district] + HEATING[heating] - 0.07 * away + 0.15 * floor + 0.5 * balcony
        a_metre += 2.2 * abs(built - 1960) / 70 - 0.012 * (metres - 70)
        rent = round((a_metre * metres + 90) * float(chance.normal(1, 0.06)))
        yes = "yes" if balcony else "no"
        rows.append([round(metres, 1), rooms, floor, built, away, district, heating, yes, rent])
    header = [
        "square metres", "rooms", "floor", "built", "minutes to the centre", "district", "heating", "balcony", "rent",
    ]  # fmt: skip
    return write_csv(folder / "table.csv", header, rows)


def customers(folder: Path) -> Path:
    """Four kinds of people; the table does not say who is of which."""
    chance = dice(480)
    rows: Rows = []
    for visits, euros, sweet, hour, stay in KINDS.values():
        for _ in range(EACH):
            rows.append(
                [
                    int(np.clip(chance.normal(visits, visits * 0.22), 1, 31)),
                    round(float(np.clip(chance.normal(euros, euros * 0.2), 1, 60)), 2),
                    round(float(np.clip(chance.normal(sweet, 0.09), 0, 1)), 2),
                    round(float(np.clip(chance.normal(hour, 0.8), 6, 19)), 1),
                    int(np.clip(chance.normal(stay, stay * 0.25), 1, 120)),
                ]
            )
    mixed = [rows[place] for place in chance.permutation(len(rows)).tolist()]
    header = ["visits a month", "euros a visit", "share of sweet things", "hour of the day", "minutes stayed"]
    return write_csv(folder / "table.csv", header, mixed)


def films(folder: Path) -> Path:
    """Marks from tastes that nobody sees: three numbers a person and a film, and the film's genre."""
    chance = dice(3000)
    titles = [f"The {first} {second}" for second in SECOND for first in FIRST]
    genres = [GENRES[int(place)] for place in chance.integers(0, len(GENRES), FILMS)]
    of_genre = {genre: chance.normal(0, 0.8, 3) for genre in GENRES}
    film = np.stack([of_genre[genre] for genre in genres]) + chance.normal(0, 0.35, (FILMS, 3))
    person = chance.normal(0, 1, (PEOPLE, 3))
    good, kind = chance.normal(0, 0.45, FILMS), chance.normal(0, 0.35, PEOPLE)
    seen = np.sort(chance.choice(PEOPLE * FILMS, MARKS, replace=False))
    rows: Rows = []
    for pair in chance.permutation(seen).tolist():
        who, what = divmod(pair, FILMS)
        liked = 3.2 + good[what] + kind[who] + 0.9 * float(person[who] @ film[what]) + chance.normal(0, 0.4)
        rows.append([f"person {who + 1:02}", titles[what], genres[what], int(np.clip(round(liked), 1, 5))])
    return write_csv(folder / "table.csv", ["person", "film", "genre", "stars"], rows)
