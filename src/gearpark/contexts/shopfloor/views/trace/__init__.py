"""Parts: list, life story, trace explorer, recall cases, labels, passports, events, life data."""
