"""The laboratory corpus: a small multilingual grammar with hand-written lexicons.

It is a causal instrument, not evidence about natural language. What others call stands in
``helpers.data.lab.api``.
"""
