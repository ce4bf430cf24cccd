"""Typed columns: one file a type; how text becomes them, and how they are read as arrays."""

from trainer.columns.read import read_columns, read_pictures

__all__ = ["read_columns", "read_pictures"]
