"""Candidate causes: whether each is going on now, how sure it is, which accounts for which, and in what order they stand."""
