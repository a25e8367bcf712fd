"""Floor 2, data: the task registry, the three sources, readers and the laboratory corpus."""
