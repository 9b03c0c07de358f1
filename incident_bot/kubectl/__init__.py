"""kubectl text and API objects into API-shaped objects and events that remember their lines.

Pure: text in, values out. Everything here is untrusted text; nothing raises on it, and the
work grows linearly with it.
"""

from incident_bot.kubectl.adoption import name_fragments
from incident_bot.kubectl.alerts import load_alert
from incident_bot.kubectl.events import format_events
from incident_bot.kubectl.journals import read_machine
from incident_bot.kubectl.merged_logs import may_be_merged, prefix_of, split_merged
from incident_bot.kubectl.origin import explain_no_output, origin_of_command, read_log_origin
from incident_bot.kubectl.reader import read, read_lines
from incident_bot.kubectl.reading import SELECTED, KubeEvent, KubeObject, Reading
from incident_bot.kubectl.recognition import recognise
from incident_bot.kubectl.target import containers_by_pod, infer_target
from incident_bot.kubectl.transcripts import Part, may_be_transcript, split_fences, split_transcript

__all__ = [
    "SELECTED",
    "KubeEvent",
    "KubeObject",
    "Part",
    "Reading",
    "containers_by_pod",
    "explain_no_output",
    "format_events",
    "infer_target",
    "load_alert",
    "may_be_merged",
    "may_be_transcript",
    "name_fragments",
    "origin_of_command",
    "prefix_of",
    "read",
    "read_lines",
    "read_log_origin",
    "read_machine",
    "recognise",
    "split_fences",
    "split_merged",
    "split_transcript",
]
