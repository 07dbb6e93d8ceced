"""Networks that are exported once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from torch import nn

from inkread.explain import Network, open_network
from inkread.modelfile import shipped_model
from tests.explain.models import made

Maker = Callable[[str], tuple[Network, nn.Module]]


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Opens an architecture with random weights by its name; gives the network and the module."""
    folder = tmp_path_factory.mktemp("models")
    return cache(lambda name: made(name, folder))


@pytest.fixture(scope="session")
def shipped() -> Network:
    """The model that comes with inkread."""
    return open_network(shipped_model())
