"""Skillet's engine: a job folder in, events and an outcome out. Knows no web, no database."""
