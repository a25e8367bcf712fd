"""Floor 4, studies: parameters, records, the one runner and what each chapter measures.

| for | module |
|---|---|
| running a chapter's study, or finding it done | `run.run` |
| its parameters, by name | `params.build` |
| what is recorded | `store.scan`; as frames `tables` |
| one score over seeds, and differences of two | `aggregate` |
| the head of a page, for another page | `front_page` |
| a grid of runs of chapter 7 | `grid`, `grid_run`; what they say `intermediate_tables` |
"""
