"""Incident Bot: one alert in, one GitHub Issue out."""

__version__ = "0.1.0"
