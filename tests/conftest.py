"""Fixtures for every suite; those that start real servers do so only when a test asks."""

from hypothesis import settings

pytest_plugins = ["e2e.kube.fixtures", "e2e.chain.fixtures", "e2e.chain.storm", "e2e.pods.fixtures"]

# How long one example takes says nothing about the code: tests run on busy machines too.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
