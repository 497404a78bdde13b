// Intentionally empty: CLineEdit wraps what is used of libedit.
