"""What programs complain about, in tables: the one list that every reader of logs shares."""
