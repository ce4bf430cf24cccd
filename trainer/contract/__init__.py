"""The one door between the app and the trainer: documents and folder names. pydantic and the standard library only."""

VERSION = 1
"""Version of every document that crosses the door. A newer one is refused in words, an older one converted."""
