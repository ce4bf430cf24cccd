"""Texts: what is meant, in another language, and to learn writing from."""

from trainer.contract.samples.sample import MADE, Sample

RULES = f"{MADE} The sentences come from patterns, so they are more alike than what people write."
LATER = "Learners that read text come later; it can be looked at, labelled and mended now."

FAMILY = (
    Sample(
        key="reviews",
        title="Happy or not",
        task="texts",
        sentence="600 short reviews of cafés, films, shoes and trains: was the writer happy?",
        target="mood",
        rows=600,
        columns={"review": "text", "about": "category", "mood": "category"},
        origin=RULES,
        later=LATER,
    ),
    Sample(
        key="requests",
        title="What do they want?",
        task="texts",
        sentence="500 messages to a library's desk: renew, find, complain, opening hours or a room?",
        target="wish",
        rows=500,
        columns={"message": "text", "wish": "category"},
        origin=RULES,
        later=LATER,
    ),
    Sample(
        key="numbers",
        title="Numbers in English and French",
        task="translate",
        sentence="The numbers from 0 to 999 as words: forty-two, quarante-deux.",
        target="French",
        rows=1000,
        columns={"English": "text", "French": "text"},
        origin=f"{MADE} Spelled by rule, the French with the hyphens of the spelling reform of 1990.",
        later="A learner that translates comes later.",
    ),
    Sample(
        key="fables",
        title="Small fables",
        task="write",
        sentence="800 fables of four sentences each: enough for a small model to learn how they go.",
        target="",
        rows=800,
        columns={"fable": "text"},
        origin=RULES,
        later="A learner that writes comes later.",
    ),
)
