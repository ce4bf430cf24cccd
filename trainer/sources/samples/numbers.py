"""Numbers as words, by the rules of two languages."""

from pathlib import Path

from trainer.sources.samples.written import dice, write_csv

ENGLISH = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
ENGLISH_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FRENCH = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
FRENCH_TENS = (
    "",
    "",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "soixante",
    "quatre-vingt",
    "quatre-vingt",
)


def numbers(folder: Path) -> Path:
    """0 to 999, in any order."""
    order = dice(999).permutation(1000).tolist()
    return write_csv(folder / "table.csv", ["English", "French"], ([english(n), french(n)] for n in order))


def english(number: int) -> str:
    """21 is twenty-one, 342 three hundred and forty-two."""
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{ENGLISH[hundreds]} hundred" + (f" and {english(rest)}" if rest else "")
    if number < 20:
        return ENGLISH[number]
    tens, rest = divmod(number, 10)
    return ENGLISH_TENS[tens] + (f"-{ENGLISH[rest]}" if rest else "")


def french(number: int) -> str:
    """21 is vingt-et-un, 80 quatre-vingts, 91 quatre-vingt-onze, 200 deux-cents, 201 deux-cent-un."""
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        word = "cent" if hundreds == 1 else f"{FRENCH[hundreds]}-cent"
        if not rest:
            return word + ("s" if hundreds > 1 else "")
        return f"{word}-{french(rest)}"
    if number < 20:
        return FRENCH[number]
    tens, rest = divmod(number, 10)
    rest += 10 if tens in (7, 9) else 0
    if not rest:
        return FRENCH_TENS[tens] + ("s" if tens == 8 else "")
    joint = "-et-" if rest in (1, 11) and tens < 8 else "-"
    return FRENCH_TENS[tens] + joint + FRENCH[rest]
