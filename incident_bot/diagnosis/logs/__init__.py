"""Reading logs of programs that no rule knows: what a line says, which line decides, and how it ended."""
