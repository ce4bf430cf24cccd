"""Using a model: ``predict.py``, which every download carries, and the warm process behind the web server.

Nothing here knows torch.
"""
