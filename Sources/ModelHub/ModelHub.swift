// Sources of ModelHub.
