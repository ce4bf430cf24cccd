"""A file that Skillet will not read, said in a sentence for the person who brought it."""


class Refused(ValueError):
    """The file as a whole cannot be read. ``str(error)`` is the sentence: what was found and what to do."""


READS = (
    "Skillet reads tables (CSV, Excel, Parquet, Arrow, JSON, ARFF), plain text, and folders, zips and tars of "
    "pictures, sounds, texts or tables: the page of formats has an example of each."
)
"""What to bring instead; ends every refusal of a kind of file."""
