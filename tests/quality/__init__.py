"""How good the defaults are, beside plain libraries. ``make quality``."""
