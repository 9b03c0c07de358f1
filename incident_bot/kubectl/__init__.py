"""kubectl text and API objects into API-shaped objects and events that remember their lines.

Pure: text in, values out. Everything here is untrusted text; nothing raises on it, and the
work grows linearly with it.
"""

from incident_bot.kubectl.events import format_events
from incident_bot.kubectl.reader import read
from incident_bot.kubectl.reading import KubeEvent, KubeObject, Reading
from incident_bot.kubectl.recognition import recognise

__all__ = ["KubeEvent", "KubeObject", "Reading", "format_events", "read", "recognise"]
