"""Texts from patterns: reviews, requests, number words, fables."""

from pathlib import Path

import numpy as np

from trainer.sources.samples.written import Rows, dice, write_csv

REVIEWS, REQUESTS, FABLES = 600, 500, 800
ABOUT: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "café": (
        ("the coffee", "the cake", "the waiter", "the terrace", "the soup", "the bread"),
        ("tasted wonderful", "came quickly", "was fresh and warm", "made my morning", "was worth every cent"),
        ("tasted of nothing", "came cold", "took forever", "was far too salty", "cost too much for so little"),
    ),
    "film": (
        ("the story", "the music", "the main actor", "the ending", "the first half", "the dialogue"),
        ("moved me to tears", "kept me awake till the end", "was clever", "surprised me", "felt honest"),
        ("bored me to sleep", "made no sense", "felt borrowed", "dragged on", "was loud and empty"),
    ),
    "shoes": (
        ("the sole", "the leather", "the colour", "the fit", "the stitching", "the heel"),
        ("is soft and strong", "looks better than in the picture", "still looks new", "is just right", "holds up well"),
        ("fell off in a week", "rubs until it bleeds", "faded at once", "is a size too small", "smells of glue"),
    ),
    "train": (
        ("the seat", "the journey", "the conductor", "the connection", "the dining car", "the wifi"),
        ("was comfortable", "went without a hitch", "was friendly and helpful", "was on time", "worked all the way"),
        ("was broken", "took two hours longer", "was rude", "was missed again", "did not work at all"),
    ),
}  # fmt: skip
OPENERS = (
    "",
    "Honestly, ",
    "We went on Sunday: ",
    "Second time here, and ",
    "My sister was right: ",
    "To be fair, ",
    "Well, ",
)
HAPPY = (
    "I will come back.",
    "Highly recommended.",
    "Five stars from me.",
    "Thank you!",
    "What a find.",
    "Nothing to complain about.",
    "",
)
SAD = (
    "Never again.",
    "I want my money back.",
    "Save your time.",
    "One star is too many.",
    "What a pity.",
    "I had expected more.",
    "",
)
BUT = ("but", "although", "even if")

WISHES: dict[str, tuple[str, ...]] = {
    "renew": (
        "can I keep {thing} {long}", "please extend {thing} {long}", "{thing} is due and I need it {long}",
        "I would like to renew {thing}", "is it possible to have {thing} {long}",
    ),
    "find": (
        "where do I find {thing}", "do you have {thing}", "I am looking for {thing}",
        "which shelf is {thing} on", "could you order {thing} for me",
    ),
    "complain": (
        "{thing} has pages missing", "someone has scribbled in {thing}", "I paid a fine for {thing} that I returned",
        "the copier ate my card when I copied {thing}", "I have waited for {thing} {long} and nobody answers",
    ),
    "hours": (
        "are you open {day}", "when do you close {day}", "until when can I return {thing} {day}",
        "is the reading room open {day}", "do you open early {day}",
    ),
    "room": (
        "can we book a room {day}", "is there a quiet room free {day}", "we are {people} and need a table {day}",
        "how much is the big room {day}", "please cancel my room {day}",
    ),
}  # fmt: skip
THINGS = (
    "the atlas",
    "the book on bees",
    "that new novel",
    "the French grammar",
    "the film about whales",
    "the score of the opera",
    "a city map of 1900",
    "the magazine on chess",
    "the book by her sister",
    "my audio book",
)
LONG = ("for another week", "until Friday", "a bit longer", "for two more days", "till the exam")
DAYS_OF = (
    "on Sunday",
    "tomorrow",
    "on the holiday",
    "on Saturday morning",
    "tonight",
    "next Tuesday",
    "between the years",
)
PEOPLE = ("four", "six", "a class of twenty", "two", "a group of eight")
HELLO = ("Hello, ", "Hi! ", "Good morning, ", "Dear team, ", "Excuse me, ", "")
BYE = ("?", "? Thanks.", "? Many thanks, {who}", ", please?", "? It is urgent.", ".")
WHO = ("Mara", "Tom", "Mr Okoye", "Liv", "Mrs Sato", "Pablo")

BEASTS = ("fox", "crow", "hare", "bear", "mouse", "heron", "tortoise", "wolf", "hen", "frog", "goat", "owl")
NATURES = ("proud", "hungry", "patient", "lazy", "clever", "shy", "greedy", "cheerful", "stubborn", "kind")
PLACES = (
    "by the river",
    "at the edge of the wood",
    "on a bare hill",
    "under an old oak",
    "in a ploughed field",
    "near the mill",
)
FOUND = (
    "a piece of cheese",
    "a deep well",
    "a field of barley",
    "a broken cart",
    "a bell without a clapper",
    "a warm cave",
    "a pot of honey",
)
SAID = (
    "“Whoever runs first gets all of it,” said the {one}.",
    "“Let us share it,” said the {one}, and meant the opposite.",
    "“I have never needed help,” said the {one}.", "“Sing for me and it is yours,” said the {one}.",
    "“Wait here, I shall be back,” said the {one}.",
)  # fmt: skip
DID = (
    "The {other} said nothing and began to dig.", "The {other} laughed and lay down in the sun.",
    "The {other} thought about it all night.", "The {other} called the neighbours together.",
    "The {other} believed every word.",
)  # fmt: skip
MORALS = (
    "In the morning both had less than before.", "So the slow one ate first, and the quick one learned to listen.",
    "Since then they greet each other, but from far away.", "What was shared lasted the whole winter.",
    "He who boasts should first look behind him.", "And the {place} has been quiet ever since.",
)  # fmt: skip


def reviews(folder: Path) -> Path:
    """Two things are said about something; in some the weaker one speaks against the mood."""
    chance = dice(600)
    seen: set[str] = set()
    rows: Rows = []
    while len(rows) < REVIEWS:
        about = pick(chance, list(ABOUT))
        things, good, bad = ABOUT[about]
        happy = bool(len(rows) % 2)
        first, second = (str(thing) for thing in chance.choice(things, 2, replace=False))
        for_it, against = (good, bad) if happy else (bad, good)
        if chance.random() < 0.3:
            words = f"{second} {pick(chance, against)}, {pick(chance, BUT)} {first} {pick(chance, for_it)}"
        else:
            words = f"{first} {pick(chance, for_it)} and {second} {pick(chance, for_it)}"
        text = f"{sentence(pick(chance, OPENERS) + words)}. {pick(chance, HAPPY if happy else SAD)}".strip()
        if text not in seen:
            seen.add(text)
            rows.append([text, about, "happy" if happy else "unhappy"])
    mixed = [rows[place] for place in chance.permutation(REVIEWS).tolist()]
    return write_csv(folder / "table.csv", ["review", "about", "mood"], mixed)


def requests(folder: Path) -> Path:
    """Messages to a library's desk."""
    chance = dice(500)
    seen: set[str] = set()
    rows: Rows = []
    while len(rows) < REQUESTS:
        wish = list(WISHES)[len(rows) % len(WISHES)]
        words = pick(chance, WISHES[wish]).format(
            thing=pick(chance, THINGS),
            long=pick(chance, LONG),
            day=pick(chance, DAYS_OF),
            people=pick(chance, PEOPLE),
        )
        hello = pick(chance, HELLO)
        words = sentence(words) if not hello or hello.endswith("! ") else words
        text = hello + words + pick(chance, BYE).format(who=pick(chance, WHO))
        if text not in seen:
            seen.add(text)
            rows.append([text, wish])
    mixed = [rows[place] for place in chance.permutation(REQUESTS).tolist()]
    return write_csv(folder / "table.csv", ["message", "wish"], mixed)


def fables(folder: Path) -> Path:
    """Two animals, something found, words, a deed, a moral."""
    chance = dice(800)
    seen: set[str] = set()
    while len(seen) < FABLES:
        one, other = (str(beast) for beast in chance.choice(BEASTS, 2, replace=False))
        place = pick(chance, PLACES)
        first, second, what = pick(chance, NATURES), pick(chance, NATURES), pick(chance, FOUND)
        begin = f"A {first} {one} and a {second} {other} found {what} {place}."
        rest = " ".join((pick(chance, SAID), pick(chance, DID), pick(chance, MORALS)))
        seen.add(f"{begin} {rest.format(one=one, other=other, place=place.rsplit(' ', 1)[-1])}")
    return write_csv(
        folder / "table.csv", ["fable"], ([text] for text in sorted(seen, key=lambda text: text[::-1]))
    )


def pick(chance: np.random.Generator, words: list[str] | tuple[str, ...]) -> str:
    """One of these."""
    return words[int(chance.integers(len(words)))]


def sentence(words: str) -> str:
    """With a capital."""
    return words[:1].upper() + words[1:]
