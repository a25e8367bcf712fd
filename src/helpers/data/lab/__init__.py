"""The laboratory corpus: a small multilingual grammar with hand-written lexicons.

It is a causal instrument, not evidence about natural language. What others call stands in ``api``;
behind it, ``generators`` draws meanings (``grammar``) from the words and plans of a split
(``sample``, ``splits``), ``paraphrase`` changes them by a known amount, ``mrc``, ``reviews`` and
``nli`` build items of them, and one ``realise_<code>`` a language puts them into words of its
tables. ``dials`` are what an experiment turns; ``speech``, ``spelling`` and ``borrow`` obey those
of languages.

Adding a language: a folder ``tables/<code>/`` with the keys of the others, a module
``realise_<code>.py`` with ``realise(meaning)`` and ``ask(event, role)``, and the code in
``grammar.LANGUAGES``. A script twin (``twin``) needs none of these.
"""
