"""Floor 2, data: the task registry, the three sources, readers and the laboratory corpus.

| for | module |
|---|---|
| rows of a task, from any source | `sources.load` |
| what tasks there are, and all that is known of one | `tasks` |
| what a folder of published files gives, row by row | `report` |
| generated sentences of which all is known | `lab` |
| items that repeat others | `overlap`, `near_duplicates`, `leaks` |
| the split in DEVELOP and REPORT | `split` |
"""
