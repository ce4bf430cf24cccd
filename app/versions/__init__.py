"""Versions of a dataset: the steps that made each, undo, and what uses them."""
