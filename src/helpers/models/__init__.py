"""Floor 3, models: encoders with their cache, baselines and pretraining."""
