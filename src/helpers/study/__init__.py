"""Floor 4, studies: parameters, records, the one runner and what each chapter measures."""
