"""Every architecture by name. Needs torch."""

from inkread.networks.folding import fold, refill, unfold
from inkread.networks.shapes import Preprocessing
from inkread.networks.table import NETWORKS, Network, build, preprocessing, reads_texts

__all__ = ["NETWORKS", "Network", "Preprocessing", "build", "fold", "preprocessing", "reads_texts", "refill", "unfold"]
