"""What can be collected: one line a kind."""

from dataclasses import dataclass

from app.errors import NotFound
from app.pages import words

_ = words.gettext


@dataclass(frozen=True)
class Kind:
    """A kind of example, and how it is made."""

    key: str
    title: str
    sentence: str
    one: str
    many: str
    classes: tuple[str, str]
    """The first two classes."""
    island: str
    accept: str | None = None
    """What files it takes besides."""


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "photos", _("Photos with the camera"), _("Hold a button: the camera takes a photo several times a second."),
            _("photo"), _("photos"), (_("Class 1"), _("Class 2")), "camera", "image/*",
        ),
        Kind(
            "sounds", _("Sounds with the microphone"),
            _("Hold a button: the recording is cut into clips of one second."),
            _("clip"), _("clips"), (_("Background noise"), _("Class 1")), "microphone", "audio/*",
        ),
        Kind(
            "drawings", _("Drawings"), _("Draw with mouse, finger or pen, and save each drawing into its class."),
            _("drawing"), _("drawings"), (_("Class 1"), _("Class 2")), "draw", "image/*",
        ),
        Kind(
            "texts", _("Texts"), _("Type or paste: each line is an example of its class."),
            _("text"), _("texts"), (_("Class 1"), _("Class 2")), "texts", ".txt,text/plain",
        ),
        Kind(
            "points", _("Points in the plane"), _("Paint points in colours, or start from moons, rings and spirals."),
            _("point"), _("points"), (_("blue"), _("orange")), "paint",
        ),
    )
}  # fmt: skip


def get_kind(key: str) -> Kind:
    """The kind of this key; raises NotFound in words."""
    if key not in KINDS:
        raise NotFound(f"There is nothing called ‘{key[:40]}’ to collect. It is one of {', '.join(KINDS)}.")
    return KINDS[key]
