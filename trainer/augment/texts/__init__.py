"""Augmentations of text."""
