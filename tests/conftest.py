"""Fixtures for every suite; those that start real servers do so only when a test asks."""

pytest_plugins = ["e2e.kube.fixtures", "e2e.chain.fixtures", "e2e.chain.storm", "e2e.pods.fixtures"]
