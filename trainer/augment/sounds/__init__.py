"""Augmentations of sound: a clip [N] in -1..1 and its rate in; a clip of the same length out."""
