"""Curves as a page draws them: which points are valid, and few enough of them."""
