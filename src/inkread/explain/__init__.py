"""Looking inside: what each layer of a network makes of one picture, and which ink and which features decided.

Light: any model file is opened through `runtime`, and no gradients are needed. The names load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.explain.comparison import Opinion, compare
    from inkread.explain.explanation import Explanation, explain
    from inkread.explain.nearest import Neighbour, neighbours
    from inkread.explain.network import LayerMap, Network, layers, open_network
    from inkread.explain.occlusion import Saliency, saliency
    from inkread.explain.voting import Vote, votes
    from inkread.explain.writing import write_explanation

_HOMES = {
    "Explanation": "explanation",
    "LayerMap": "network",
    "Neighbour": "nearest",
    "Network": "network",
    "Opinion": "comparison",
    "Saliency": "occlusion",
    "Vote": "voting",
    "compare": "comparison",
    "explain": "explanation",
    "layers": "network",
    "neighbours": "nearest",
    "open_network": "network",
    "saliency": "occlusion",
    "votes": "voting",
    "write_explanation": "writing",
}
__all__ = [
    "Explanation",
    "LayerMap",
    "Neighbour",
    "Network",
    "Opinion",
    "Saliency",
    "Vote",
    "compare",
    "explain",
    "layers",
    "neighbours",
    "open_network",
    "saliency",
    "votes",
    "write_explanation",
]
__getattr__ = importer(__name__, _HOMES)
