"""Values in time: to look ahead, and to find what is odd."""

from trainer.contract.samples.sample import MADE, Sample

FAMILY = (
    Sample(
        key="sales",
        title="Ice cream sales",
        task="forecast",
        sentence="Three years of two kiosks, day by day, with seasons, weekends and weather: how many tomorrow?",
        target="sold",
        rows=2192,
        columns={
            "day": "datetime",
            "kiosk": "category",
            "degrees": "number",
            "rain": "category",
            "holiday": "category",
            "sold": "number",
        },
        origin=MADE,
        later="Learners that look ahead in time come later; the table learners predict from the weather already.",
    ),
    Sample(
        key="freezer",
        title="A freezer that fails",
        task="odd",
        sentence="Two weeks of a freezer, every ten minutes: find the moments when something is wrong.",
        target="state",
        rows=2016,
        columns={
            "time": "datetime",
            "degrees": "number",
            "watts": "number",
            "door": "category",
            "state": "category",
        },
        origin=f"{MADE} 45 readings are planted faults.",
        later="Learners that find what is odd without labels come later; here the labels are known.",
    ),
)
