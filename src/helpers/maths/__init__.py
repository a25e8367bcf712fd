"""Floor 1, mathematics: arrays in, numbers out; no files, no models, no printing."""
