"""Making examples and labels by hand: capture, drawing, labelling, active learning."""
