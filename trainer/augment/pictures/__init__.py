"""Augmentations of pictures: those that move the picture (``place``), those that paint on it (``paint``)."""
