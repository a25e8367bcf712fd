"""Floor 1, mathematics: arrays in, numbers out; no files, no models, no printing.

| for | module |
|---|---|
| a map between two embedding spaces, by name | `alignment.make_aligner` |
| nearest neighbours, CSLS, precision@k | `retrieval` |
| hubness, isotropy, CKA | `geometry` |
| exact match and F1 of answers, by language | `answers`, `answer_rules` |
| any other score, by name | `metrics`; of entities `entities` |
| an interval over items, seeds and languages | `statistics`, `item_statistics`, `many_intervals` |
| the share of a gain that arrives in another language | `transfer` |
| how hard a task is, and its items | `difficulty` |
| how gain changes with difficulty; what a study can find | `slopes`, `decisions`, `mixed_effects` |
"""
