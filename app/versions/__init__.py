"""Versions of a dataset: steps that are added and taken back, the versions that they make, and what uses those."""
