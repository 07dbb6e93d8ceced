"""Data sets: named sources, fetched and verified, and people's own, in whatever form they keep them."""

from inkread.data.dataset import Dataset
from inkread.data.holdout import hold_out, take
from inkread.data.loading import load, loaders, pick
from inkread.data.sources import SOURCES

__all__ = ["SOURCES", "Dataset", "hold_out", "load", "loaders", "pick", "take"]
