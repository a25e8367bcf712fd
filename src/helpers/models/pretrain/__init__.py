"""Pretraining of the shipped encoders, from text over static vectors to a shipped folder.

Needs only torch, transformers, tokenizers, numpy, PyYAML and safetensors, so that it runs from
``PYTHONPATH=src`` on a bare machine with an accelerator. Fine-tuning on tasks is not here.
"""
