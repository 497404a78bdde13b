// Sources of ACEStep.
