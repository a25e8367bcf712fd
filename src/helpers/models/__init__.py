"""Floor 3, models: encoders with their cache, baselines and pretraining.

| for | module |
|---|---|
| vectors of sentences and tokens, by any encoder | `encoder.open_encoder` |
| the same of every layer and pooling at once | `every_layer` |
| a bag of words in an encoder's place | `baselines`; answers without a model `span_baselines` |
| learning a task, and asking what was learnt | `finetune`, `heads`, `predict` |
| answers out of windows of tokens | `spans`, `span_errors` |
| an encoder from text | `pretrain` |
"""
