"""Training examples changed on purpose, so that what does not matter is not learned."""
