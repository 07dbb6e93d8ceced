"""Which answers are right: classes of pictures, or texts of rows."""

from __future__ import annotations

import torch


def right(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Tell which answers are right.

    Args:
        logits: of shape (n, k), one picture a class; or (n, places, k), one row a text, the last class the blank.
        labels: int64 of shape (n,); or (n, longest), filled up with -1.

    Returns:
        bool of shape (n,): whether the largest logit is the true class's; of texts, whether the largest ones spell the
        true text, neighbours that are alike taken as one and blanks left out ("best path" of Graves et al. 2006).
    """
    best = logits.argmax(dim=-1)
    if labels.ndim == 1:
        return best == labels
    texts_nl = spell(best, logits.shape[-1] - 1, labels.shape[1] + 1)
    return (texts_nl == torch.nn.functional.pad(labels, (0, 1), value=-1)).all(dim=1)


def spell(path_nt: torch.Tensor, blank: int, longest: int) -> torch.Tensor:
    """Turn the classes of places into texts.

    Args:
        path_nt: int64 of shape (n, places).
        blank: the class that is no character.
        longest: characters to keep.

    Returns:
        int64 of shape (n, longest), filled up with -1.
    """
    before_nt = torch.cat([torch.full_like(path_nt[:, :1], blank), path_nt[:, :-1]], dim=1)
    kept_nt = (path_nt != blank) & (path_nt != before_nt)
    place_nt = torch.where(kept_nt, kept_nt.cumsum(dim=1) - 1, longest).clamp(max=longest)
    text_nl = torch.full((len(path_nt), longest + 1), -1, dtype=torch.int64, device=path_nt.device)
    return text_nl.scatter_(1, place_nt, path_nt)[:, :longest]
