"""Rules for those who write them: the catalogue, their samples, and the words that shipped patterns are skipped by."""
