"""Passwords: how they are kept, and which are too weak to be kept at all."""

import threading

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 8
LONGEST = 200
MAKER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
NOBODY = MAKER.hash("the password of nobody, checked so that unknown names take as long as known ones")
AT_ONCE = threading.Semaphore(2)
"""A check takes 19 MB and a core; a whole class signing in at once must not take them forty times."""
COMMON = frozenset(
    [
        "password",
        "passw0rd",
        "password1",
        "password12",
        "password123",
        "12345678",
        "123456789",
        "1234567890",
        "123123123",
        "11111111",
        "00000000",
        "87654321",
        "987654321",
        "qwertyui",
        "qwertyuiop",
        "qwerty12",
        "qwerty123",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "1qaz2wsx",
        "asdfghjk",
        "asdfghjkl",
        "zxcvbnm1",
        "iloveyou",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "trustno1",
        "starwars",
        "whatever",
        "computer",
        "internet",
        "letmein1",
        "welcome1",
        "welcome123",
        "admin123",
        "administrator",
        "changeme",
        "master123",
        "monkey123",
        "dragon123",
        "michelle",
        "jennifer",
        "abcd1234",
        "abc12345",
        "a1b2c3d4",
        "abcdefgh",
        "abcdefg1",
        "test1234",
        "testtest",
        "student1",
        "teacher1",
        "schule123",
        "schule12",
        "hallo123",
        "passwort",
        "passwort1",
        "geheim123",
        "azertyui",
        "azerty123",
        "motdepasse",
        "contraseña",
        "skillet1",
        "skillet123",
        "skillet12",
    ]
)


def hash_password(password: str) -> str:
    """What is stored."""
    with AT_ONCE:
        return MAKER.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether this is the password. Takes as long where there is none to compare with."""
    with AT_ONCE:
        right = MAKER.verify(password[:LONGEST], stored or NOBODY)
    return right and stored is not None


def find_weakness(password: str, name: str) -> str | None:
    """A sentence when a password is too easily guessed, else None."""
    if len(password) < SHORTEST:
        return (
            f"This password has {len(password)} characters; take at least {SHORTEST}. "
            "Three or four words make a good one."
        )
    if len(password) > LONGEST:
        return f"This password is longer than {LONGEST} characters. Take a shorter one."
    plain = password.lower()
    if plain in COMMON or len(set(plain)) < 4 or plain == name.lower():
        return "This password is among the first that anyone would try. Three or four words make a good one."
    return None
