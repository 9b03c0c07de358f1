"""Rules at work: loaded and checked, matched to the facts of one case. The rules themselves are data, in `rules/`."""
