"""A pair enters, an augmented pair leaves: scale, crop, mirror and colour, the same for both frames."""
