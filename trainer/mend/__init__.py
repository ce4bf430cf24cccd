"""Mending: what deeds (``trainer.contract.plan``) do to cells. The same code makes versions and readies what a model is
asked.

Everything here stands on numpy and the standard library alone.
"""
