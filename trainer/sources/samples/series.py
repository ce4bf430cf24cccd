"""Values in time."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from trainer.sources.samples.written import Rows, dice, write_csv

DAYS = 1096
START = datetime(2022, 1, 1)  # noqa: DTZ001 - a day on the wall, in no zone
HOLIDAYS = {(1, 1), (5, 1), (8, 15), (10, 3), (12, 24), (12, 25), (12, 26)}
READINGS = 2016
FAULTS = {"door left open": (300, 15), "compressor stuck": (1080, 18), "power cut": (1700, 12)}


def sales(folder: Path) -> Path:
    """Ice cream: summers, weekends, heat waves, rain, and a kiosk that grows."""
    chance = dice(1096)
    rows: Rows = []
    swing = 0.0
    for number in range(DAYS):
        day = START + timedelta(days=number)
        season = -np.cos(2 * np.pi * (day.timetuple().tm_yday - 18) / 365.25)
        swing = 0.75 * swing + float(chance.normal(0, 2.1))
        degrees = 11.5 + 10.5 * season + swing
        rain = bool(chance.random() < 0.3 - 0.1 * season)
        holiday = (day.month, day.day) in HOLIDAYS
        for kiosk, base, growth in (("park", 62, 0.0), ("station", 38, 0.028)):
            weekend = day.weekday() >= 5
            wanted = (base + growth * number) * np.exp(0.062 * (degrees - 15)) * (0.55 if rain else 1)
            wanted *= (
                (1.6 if weekend or holiday else 1) if kiosk == "park" else (0.7 if weekend or holiday else 1)
            )
            sold = int(chance.poisson(max(wanted, 0.5)))
            wet, free = ("yes" if rain else "no"), ("yes" if holiday else "no")
            rows.append([day.date().isoformat(), kiosk, round(degrees, 1), wet, free, sold])
    return write_csv(folder / "table.csv", ["day", "kiosk", "degrees", "rain", "holiday", "sold"], rows)


def freezer(folder: Path) -> Path:
    """A compressor that goes on and off, a door that is opened by day, three faults."""
    chance = dice(2016)
    faulty = {at + step: name for name, (at, long) in FAULTS.items() for step in range(long)}
    degrees, on = -18.0, False
    rows: Rows = []
    for number in range(READINGS):
        time = START + timedelta(minutes=10 * number)
        fault = faulty.get(number)
        on = (degrees > -18.2) if not on else degrees > -19.6
        running = (
            (on or fault == "door left open") if fault not in ("compressor stuck", "power cut") else False
        )
        opened = fault == "door left open" or (8 <= time.hour < 20 and chance.random() < 0.12)
        degrees += (-0.42 if running else 0.24) + (0.55 if opened else 0) + float(chance.normal(0, 0.05))
        degrees = min(degrees, 4.0)
        watts = max(0.0, (92 if running else 4) + float(chance.normal(0, 2)))
        if fault == "power cut":
            watts = 0.0
        elif fault == "compressor stuck":
            watts += 31
        rows.append(
            [
                time.isoformat(sep=" "),
                round(degrees, 2),
                round(watts, 1),
                "open" if opened else "shut",
                fault or "fine",
            ]
        )
    return write_csv(folder / "table.csv", ["time", "degrees", "watts", "door", "state"], rows)
