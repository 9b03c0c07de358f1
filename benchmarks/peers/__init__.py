"""What a checker of objects finds in the same evidence: k8sgpt's conditions, said again in our words, as a baseline."""
