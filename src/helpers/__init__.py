"""Zero-shot cross-lingual transfer, measured: the package behind the book.

Four floors, imports go down only: ``maths`` (arrays in, numbers out), ``data`` (tasks, sources,
readers, the laboratory), ``models`` (encoders, baselines, pretraining) and ``study`` (parameters,
records, one runner, the chapters' studies). Nothing heavy is imported here.
"""
