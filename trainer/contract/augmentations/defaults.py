"""Which augmentations are on of their own accord, and why: decided from what is predicted and how it is called."""

import re

from trainer.contract.augmentations import on
from trainer.contract.dataset import Column, Schema
from trainer.contract.recipe import Augmentation, Dials, Question

REACH = {"bold": 0.0, "normal": 0.08, "careful": 0.12}
SIDES = re.compile(
    r"(?<![a-z])(left|right|links|rechts|gauche|droite|izquierd|derech|arrow|pfeil|turn|hand|finger|fist|palm|thumb|gesture|sign|"
    r"letter|digit|number|text|clockwise|cw|ccw|up|down|north|south|east|west)s?(?![a-z])",
    re.IGNORECASE,
)
MIRRORED = frozenset(
    re.findall(
        r"\w+",
        "cat cats dog dogs bird birds horse horses cow cows sheep elephant elephants lion tiger bear bears "
        "rabbit rabbits fish frog frogs deer monkey butterfly spider bee ant panda wolf fox duck chicken "
        "raccoon squirrel penguin turtle flower flowers rose roses tulip tulips daisy dandelion sunflower "
        "sunflowers tree trees leaf leaves plant plants mushroom apple apples banana bananas orange oranges "
        "lemon pizza bread cake burger sushi airplane airplanes plane planes ship ships boat boats truck "
        "trucks train trains car cars automobile bicycle motorcycle bus chair table sofa lamp house houses "
        "mountain mountains forest sea street glacier building buildings happy sad angry man woman person "
        "people face faces smile",
    )
)
"""Names of things of which everybody knows that they look alike in a mirror."""


def propose_augmentation(
    schema: Schema, question: Question, dials: Dials
) -> tuple[Augmentation, dict[str, str]]:
    """What is on for this question, and the reason of each that is on, or that people would expect."""
    if dials.learner != "cnn":
        return Augmentation(), {}
    reach = REACH[dials.care]
    mirror, why = may_mirror(schema.column(question.target), question)
    changes = {"shift": {"reach": reach}} if reach else {}
    if mirror and dials.care != "bold":
        changes["mirror"] = {"share": 0.5}
    reasons = {
        "shift": f"From the dial ‘how careful’ ({dials.care}): position should matter less."
        if reach
        else "Off: the dial ‘how careful’ says bold.",
        "mirror": why,
    }
    return on(**changes), reasons


def may_mirror(target: Column, question: Question) -> tuple[bool, str]:
    """Whether mirrored pictures surely mean the same, and the sentence about it. Never where that is not known."""
    if question.task == "regression":
        return False, f"Off: ‘{target.name}’ is a number, and a mirrored picture may have another one."
    names = [str(name) for name in target.categories or []]
    shown = ", ".join(f"‘{name}’" for name in names[:3])
    if target.type == "number" or (names and all(re.fullmatch(r"\d+", name) for name in names)):
        return False, "Off: the classes are digits, and a mirrored 2 is no 2."
    if names and all(len(name) == 1 for name in names):
        return False, "Off: the classes are letters or signs, and a mirrored b is a d."
    sided = next((name for name in names if SIDES.search(name)), None)
    if sided is not None:
        return False, f"Off: ‘{sided}’ may mean something else in a mirror."
    words = [word for name in names for word in re.findall(r"[a-z]+", name.lower())]
    if words and all(any(w in MIRRORED for w in re.findall(r"[a-z]+", name.lower())) for name in names):
        return True, f"On: {shown} look alike in a mirror."
    return (
        False,
        f"Off: nobody said that {shown or 'the classes'} look alike in a mirror. If they do, switch it on.",
    )
