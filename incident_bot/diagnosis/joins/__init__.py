"""What two objects say about each other that neither says alone."""
