"""The model file: one ``.onnx`` with its card in the metadata; writing it, and the models that come with inkread."""

from inkread.modelfile.card import CARD_KEY, Card, DataSource, Metric, check_readable, parse_card
from inkread.modelfile.shipped import shipped_model
from inkread.modelfile.writing import write_model

__all__ = ["CARD_KEY", "Card", "DataSource", "Metric", "check_readable", "parse_card", "shipped_model", "write_model"]
