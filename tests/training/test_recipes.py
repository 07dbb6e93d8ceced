from __future__ import annotations

import json
import subprocess
import sys

import pytest

from inkread.errors import ConfigError
from inkread.training.config import TrainConfig
from inkread.training.recipes import FACTS, RECIPES, get_recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_a_whole_configuration_of_its_own_name(name: str) -> None:
    config = get_recipe(name)
    assert config.recipe == name
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert name in FACTS


def test_cnn_10_20_is_the_tutorials() -> None:
    config = get_recipe("cnn-10-20")
    assert (config.batch_size, config.epochs, config.report_every) == (100, 10, 20)
    assert (config.optimizer, config.learning_rate, config.loss) == ("adam", 0.001, "cross-entropy")


def test_an_unknown_recipe_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(ConfigError, match=r"there is no recipe 'qick'; did you mean 'quick'\?"):
        get_recipe("qick")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epoch": 3}, "unknown option 'epoch'; did you mean 'epochs'"),
        ({"optimizer": "adem"}, "unknown optimizer 'adem'; did you mean 'adam'"),
        ({"epochs": 0}, "epochs is 0, it must be 1 or more"),
        ({"learning_rate": float("nan")}, "learning_rate is nan, it must be above 0"),
        ({"dropout": 1.0}, "dropout is 1.0, it must be from 0 to below 1"),
        ({"beta2": 1.0}, "beta2 is 1.0, it must be from 0 to below 1"),
        ({"device": "gpu"}, "unknown device 'gpu'"),
        ({"label_smoothing": 0.1, "loss": "mse"}, "label_smoothing works with"),
        ({"precision": "float16"}, "unknown precision 'float16'; did you mean 'bfloat16'"),
        ({"nesterov": True, "momentum": 0.0}, "nesterov needs momentum"),
    ],
)
def test_impossible_options_are_refused_in_a_sentence(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        get_recipe("quick").with_options(options)


def test_listing_recipes_needs_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None; from inkread.cli import main; "
        "sys.argv = ['inkread', 'recipes']; main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name in RECIPES:
        assert name in result.stdout
