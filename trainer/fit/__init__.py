"""Training: an iterator of events over steps, and what it needs (optimizer, schedule, precision,
checkpoints)."""
