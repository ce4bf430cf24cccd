"""Steps: what they do to a table, and what of them is applied again to what a model is asked."""
