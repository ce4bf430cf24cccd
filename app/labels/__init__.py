"""Examples made here, and labels given here."""
