"""What a person may meet: each refusal has a status and a sentence that says what, where and what to do."""


class Refusal(Exception):
    """Something that cannot be done now or at all. The sentence is shown as it is; name the next
    step in it.
    """

    status = 400

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status or type(self).status


class NotFound(Refusal):
    """It does not exist, or it is somebody else's: the answer is the same."""

    status = 404

    def __init__(
        self, sentence: str = "There is nothing here. It may have been deleted, or the address is mistyped."
    ) -> None:
        super().__init__(sentence)


class NotSignedIn(Refusal):
    """Nobody is signed in."""

    status = 401

    def __init__(self, sentence: str = "You are signed out. Sign in, then do this again.") -> None:
        super().__init__(sentence)


class NotAllowed(Refusal):
    """Known, but not permitted."""

    status = 403


class Conflict(Refusal):
    """It does not fit what is true now."""

    status = 409


class TooLarge(Refusal):
    """More bytes than are taken."""

    status = 413


class BadInput(Refusal):
    """What was sent cannot be used."""

    status = 422


class TooOften(Refusal):
    """Too many tries in a short time."""

    status = 429


SENTENCES = {
    400: "The server could not read this request. Go back, reload the page and try again.",
    401: "You are signed out. Sign in, then do this again.",
    403: "You may not do this here.",
    404: "There is nothing here. It may have been deleted, or the address is mistyped.",
    405: "This address cannot be used that way. Go back and use the page's own buttons.",
    413: "This is more than the server takes at once.",
    415: "The server does not take this kind of content here.",
    422: "Something that was sent cannot be used. Check what you entered and try again.",
    500: "Something went wrong here, not with you. Your data is safe; "
    "the server has noted what happened. Try again.",
}


def sentence_for(status: int) -> str:
    """The house's words for a status that nobody worded."""
    return SENTENCES.get(status, SENTENCES[500] if status >= 500 else SENTENCES[400])
