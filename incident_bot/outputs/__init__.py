"""What other command-line tools than kubectl print: `df`, `curl`, `openssl`, `psql`, `redis-cli` and their like.

Pure: lines in, observations out. There is no parser a tool: three readers make records of what is printed (rows of
a table, pairs of a block, lines of a form), and one table, `signs/`, says which values of a record are telling.
"""

from incident_bot.outputs.recognition import read_output

__all__ = ["read_output"]
