// Sources of Oobleck.
