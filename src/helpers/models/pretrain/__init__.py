"""Pretraining of the shipped encoders: text to tokens, static vectors, objectives, training, shipping.

Needs only torch, transformers, tokenizers, numpy, PyYAML and safetensors, so that it runs from
``PYTHONPATH=src`` on a bare machine with an accelerator. Fine-tuning on tasks is not here.
"""
