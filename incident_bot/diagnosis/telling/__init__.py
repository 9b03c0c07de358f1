"""From ranked causes to what an engineer reads: words, names, commands, and what happened when."""
