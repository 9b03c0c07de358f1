"""Rules, facts and grounding: from evidence to a cited Diagnosis, without a model."""
