"""How things are, judged from what Kubernetes states, before any rule says why."""
