"""Every lesson's figure, in a real browser: moved, and its numbers worked out once more in Python."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect
from torch.nn import functional as F  # noqa: N812

import inkread
from inkread.data import Dataset
from inkread.evaluation.calibration import expected_calibration_error
from inkread.networks import build
from inkread.training.config import TrainConfig
from inkread.training.losses import make_loss
from tests.browser.conftest import PHONE, watched
from tests.browser.made import Doubles, Net, labels, mulberry, sheet, shrink, trained
from tests.contract.strokes import STYLES
from tests.service.conftest import Service

SERVICE = Path(inkread.__file__).parent / "service"
TEXTS = {path.stem.partition("-")[2]: path for path in sorted((SERVICE / "lessons").glob("*.md"))}
TITLES = {name: path.read_text().partition("\n")[0].removeprefix("# ") for name, path in TEXTS.items()}
PARTS = {"common", "nets"}  # what figures share
NUMBER = re.compile(r"−?\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def seen(mnist_train: Dataset) -> Doubles:
    """The digits that the figures learn from."""
    return sheet(mnist_train)


@pytest.fixture(scope="module")
def unseen(mnist_test: Dataset) -> Doubles:
    """The digits that they are asked about."""
    return sheet(mnist_test)


def show(page: Page, service: Service, name: str) -> Locator:
    """Open a lesson and wait until its figure has something to say."""
    page.goto(f"{service.url}/#lessons/{name}")
    expect(page.locator(".lesson-text h2").first).to_contain_text(TITLES[name])
    said = page.locator(".le-result").first
    expect(said).to_have_text(re.compile(r"\d"))
    expect(said).not_to_contain_text("…")
    return said


def slide(page: Page, label: str, value: float) -> None:
    """Move a slider."""
    page.get_by_label(label, exact=True).fill(f"{value:g}")


def pick(page: Page, name: str) -> None:
    """Choose one of several."""
    page.get_by_role("radio", name=name, exact=True).check()


def numbers(text: str) -> list[float]:
    """All numbers of a sentence; indices of names are no numbers."""
    return [float(found.replace("−", "-")) for found in NUMBER.findall(text)]


def said_numbers(said: Locator) -> list[float]:
    return numbers(said.inner_text())


def shown_bars(page: Page, label: str) -> list[float]:
    """The numbers at the ends of bars."""
    texts = page.get_by_label(label, exact=True).locator(".le-number").all_inner_texts()
    return [numbers(text)[0] if NUMBER.search(text) else math.nan for text in texts]


def test_each_text_has_its_figure_and_each_figure_its_text() -> None:
    figures = {path.stem for path in (SERVICE / "static/lessons").glob("*.js")} - PARTS
    assert figures == set(TEXTS)
    assert [int(path.stem[:2]) for path in TEXTS.values()] == list(range(1, len(TEXTS) + 1))


def test_the_figures_stay_small() -> None:
    sizes = [path.stat().st_size for path in (SERVICE / "static/lessons").iterdir()]
    programs = [path.stat().st_size for path in (SERVICE / "static/lessons").glob("*.js")]
    assert sum(programs) < 90_000
    assert sum(sizes) < 210_000


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_short_and_plain(name: str) -> None:
    text = TEXTS[name].read_text()
    assert text.startswith("# ")
    assert 150 <= len(text.split()) <= 350
    assert "\n## Try it\n" in text
    assert not re.search(r"<[a-z/]", text)


def test_every_figure_fits_a_phone_and_is_moved_by_keyboard(page: Page, service: Service) -> None:
    page.set_viewport_size(PHONE)
    for name in TEXTS:
        said = show(page, service, name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        figure = page.locator(".le")
        expect(figure).to_have_count(1)  # that of the lesson before is gone
        before = figure.inner_text()
        figure.locator("input[type=range]").first.focus()
        page.keyboard.press("ArrowRight")
        expect(figure).not_to_have_text(before, use_inner_text=True)
        expect(said).to_have_attribute("aria-live", "polite")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_figure_has_an_issue_that_shuts_people_out(chromium: Browser, service: Service, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with watched(chromium, color_scheme=theme) as page:
        for name in TEXTS:
            show(page, service, name)
            found = Axe().run(page, context=".le").response["violations"]
            grave = [issue["id"] for issue in found if issue["impact"] in {"serious", "critical"}]
            assert grave == [], (name, found)


def test_picture(page: Page, service: Service, seen: Doubles) -> None:
    said = show(page, service, "picture")
    row, column = next((y, x) for y, x in np.argwhere((seen[127] > 0.2) & (seen[127] < 0.8)) if 9 < y < 18)
    for label, value in (("Digit", 127), ("Row", row), ("Column", column)):
        slide(page, label, value)
    pixel = seen[127, row, column]
    assert said_numbers(said)[2:5] == [round(255 * pixel), 255, round(pixel, 3)]
    around = page.get_by_label("The numbers around the pixel").locator("td").all_inner_texts()
    part = seen[127, row - 2 : row + 3, column - 2 : column + 3]
    assert [int(text) for text in around] == np.rint(255 * part).ravel().tolist()
    pick(page, "7×7")
    y, x = (int((place + 0.5) / 4) for place in (row, column))
    few = shrink(seen[127], 4)[y, x]
    assert said_numbers(said) == pytest.approx([y, x, round(255 * few), 255, few, 49], abs=6e-4)


def test_neuron(page: Page, service: Service) -> None:
    said = show(page, service, "neuron")
    assert said_numbers(said) == [3, -2, 1, 0]
    page.get_by_label("Pixel in row 1, column 1: 0").click()
    page.get_by_label("Weight in row 1, column 1: −1").click()
    page.get_by_label("Weight in row 1, column 1: 0").click()
    slide(page, "Bias", -4)
    assert said_numbers(said) == [4, -4, 0, 0]
    expect(said).to_contain_text("silent")
    slide(page, "Bias", 0.5)
    assert said_numbers(said)[2] == 4.5


ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "none": torch.clone,
    "ReLU": F.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


def test_activation(page: Page, service: Service) -> None:
    said = show(page, service, "activation")
    slide(page, "Sum z", 1.7)
    slide(page, "Weight of the middle neuron", -3)
    for name, function in ACTIVATIONS.items():
        pick(page, name)
        z = torch.tensor(1.7, dtype=torch.float64, requires_grad=True)
        value = function(z)
        (slope,) = torch.autograd.grad(value, z)
        together = function(z + 2) - 3 * function(z) + function(z - 2)
        expected = [1.7, value.item(), slope.item(), 1.7, together.item()]
        assert said_numbers(said) == pytest.approx(expected, abs=6e-4), name


@pytest.mark.slow
def test_layers(page: Page, service: Service, seen: Doubles, unseen: Doubles) -> None:
    said = show(page, service, "layers")
    slide(page, "Unseen digit", 38)
    page.get_by_role("button", name="neuron 7", exact=True).click()
    net = trained(shrink(seen), hidden=12, epochs=20, rate=0.1, seed=3)
    first, first_bias, second, second_bias = (weight.detach() for weight in net.weights)
    hidden = F.linear(torch.from_numpy(shrink(unseen)[38].reshape(-1)), first, first_bias).relu()
    hidden[6] = 0
    logits = F.linear(hidden, second, second_bias)
    assert shown_bars(page, "Hidden neurons; press one to silence it") == pytest.approx(hidden.tolist(), abs=6e-3)
    assert shown_bars(page, "Scores of the ten classes") == pytest.approx(logits.tolist(), abs=6e-3)
    expect(said).to_contain_text(f"so the answer is {int(logits.argmax())}.")
    accuracy = net.measure(shrink(unseen))[1]
    assert 0.7 < accuracy < 0.8, "the text says three in four"


def test_softmax(page: Page, service: Service) -> None:
    said = show(page, service, "softmax")
    for label, value in (("Score of 1", 0.5), ("Score of 7", 2.5), ("Score of 9", 4.2)):
        slide(page, label, value)
    logits = torch.tensor([[0.5, 2.5, 4.2]], dtype=torch.float64)
    expected = logits.softmax(dim=1)
    assert shown_bars(page, "Softmax") == pytest.approx(expected[0].tolist(), abs=6e-4)
    truth = torch.tensor([1])
    once, twice = float(F.cross_entropy(logits, truth)), float(F.cross_entropy(expected, truth))
    assert said_numbers(said)[2:] == pytest.approx([once, twice, math.log(math.e + 2) - 1], abs=6e-4)
    slide(page, "Add to all three", 90)
    assert shown_bars(page, "Softmax") == pytest.approx(expected[0].tolist(), abs=6e-4)
    single = (logits + 90).float().exp()
    naive = (single / single.sum()).tolist()[0]
    assert any(math.isnan(value) for value in naive)
    assert shown_bars(page, "Softmax without the trick") == pytest.approx(naive, nan_ok=True)


def test_loss(page: Page, service: Service) -> None:
    said = show(page, service, "loss")
    slide(page, "Probability of the 7, which is right", 0.08)
    slide(page, "Share of the rest that goes to the 1", 0.75)
    answer = torch.full((10,), 0.92 * 0.25 / 9, dtype=torch.float64)
    answer[1] += 0.92 * 0.75
    answer[7] = 0.08
    assert shown_bars(page, "The network's answer") == pytest.approx(answer.tolist(), abs=6e-4)
    expected = []
    for name in ("nll", "mse"):
        logits = answer.log()[None].requires_grad_()
        config = TrainConfig(recipe="", network="quick", loss=name)  # type: ignore[arg-type]
        loss = make_loss(config)(logits, torch.tensor([7]))
        (slope,) = torch.autograd.grad(loss, logits)
        expected += [loss.item(), -float(slope[0, 7])]
    assert said_numbers(said) == pytest.approx([7, math.log(0.08), *expected], abs=6e-4)


WAYS_DOWN = [
    (0.005, 1, 0, "too small"),
    (0.15, 1, 0, "reached the bottom"),
    (0.205, 1, 0, "too large"),
    (0.18, 1, 8, "does not settle"),
    (0.18, 0.93, 8, "close to the bottom"),
]


def test_descent(page: Page, service: Service) -> None:
    said = show(page, service, "descent")
    steep = torch.tensor([1.0, 10.0], dtype=torch.float64)
    for rate, decay, noise, verdict in WAYS_DOWN:
        slide(page, "Learning rate", rate)
        slide(page, "Decay: each step's rate times", decay)
        slide(page, "Noise in the slope", noise)
        draw = mulberry(5)
        point = torch.tensor([-9, 2.4], dtype=torch.float64, requires_grad=True)
        for step in range(40):
            (slope,) = torch.autograd.grad((steep * point**2).sum() / 2, point)
            shaken = slope + noise * torch.tensor([2 * draw() - 1, 2 * draw() - 1], dtype=torch.float64)
            point = (point - rate * decay**step * shaken).detach().requires_grad_()
        assert said_numbers(said)[1] == pytest.approx((steep * point**2).sum().item() / 2, abs=6e-5)
        expect(said).to_contain_text(verdict)


def test_backpropagation_by_hand_is_what_autograd_says(page: Page, service: Service) -> None:
    show(page, service, "backpropagation")
    slide(page, "Input x₁", -1.3)
    slide(page, "Input x₂", 0.7)
    page.get_by_label("Weight", exact=True).select_option("v21")
    slide(page, "Its value", 1.37)
    pick(page, "first")
    page.get_by_role("button", name="Next number").click()
    assert page.locator("[data-key=dz1]").count() == 1
    assert page.locator("[data-key=dz2]").count() == 0
    page.get_by_role("button", name="All numbers").click()

    names = ["w11", "w12", "b1", "w21", "w22", "b2", "v11", "v12", "c1", "v21", "v22", "c2"]
    start = [0.5, -0.4, 0.1, -0.3, 0.8, -0.1, 1.2, -0.7, 0, 1.37, 0.6, 0.2]
    p = dict(zip(names, torch.tensor(start, dtype=torch.float64).requires_grad_().unbind(), strict=True))
    for _ in range(2):  # as it is, and after a step downhill
        worked = autograd(p, (-1.3, 0.7), right=0)
        shown = {line.get_attribute("data-key"): line.locator("b").last for line in page.locator("[data-key]").all()}
        assert shown.keys() == worked.keys()
        assert {key: numbers(value.inner_text())[0] for key, value in shown.items()} == pytest.approx(worked, abs=6e-5)
        page.get_by_role("button", name="One step downhill").click()
        p = {name: (p[name] - 0.5 * worked[f"d{name}"]).detach().requires_grad_() for name in names}
    said = page.locator(".le-result").inner_text().split(":")[1]
    by_trying, by_hand = numbers(re.sub(r"d?v₂₁", "", said))
    assert by_trying == pytest.approx(by_hand, abs=2e-4)


def autograd(p: dict[str, torch.Tensor], x: tuple[float, float], right: int) -> dict[str, float]:
    """Work the network out with torch: every number of the forward pass, and every slope."""
    v = dict(p)
    for i in (1, 2):
        v[f"a{i}"] = v[f"w{i}1"] * x[0] + v[f"w{i}2"] * x[1] + v[f"b{i}"]
        v[f"h{i}"] = torch.sigmoid(v[f"a{i}"])
    for i in (1, 2):
        v[f"z{i}"] = v[f"v{i}1"] * v["h1"] + v[f"v{i}2"] * v["h2"] + v[f"c{i}"]
    scores = torch.stack([v["z1"], v["z2"]])
    v["p1"], v["p2"] = scores.softmax(dim=0).unbind()
    v["L"] = F.cross_entropy(scores, torch.tensor(right))
    wanted = [name for name in v if name[0] in "wbvczha"]
    slopes = torch.autograd.grad(v["L"], [v[name] for name in wanted])
    found = {name: value.item() for name, value in v.items() if name not in p}
    return found | {f"d{name}": float(slope) for name, slope in zip(wanted, slopes, strict=True)}


def test_batch(page: Page, service: Service, seen: Doubles, unseen: Doubles) -> None:
    said = show(page, service, "batch")
    slide(page, "Digits in a batch", 3)
    assert said_numbers(said) == [300, 30, 10, 100, 10]
    slide(page, "Learning rate", 0.3)
    page.get_by_role("button", name="Train for 10 epochs").click()
    expect(said).to_contain_text("Epoch 10 of 10", timeout=60_000)
    net = Net.create((196, 24, 10), 3)
    for _ in net.epochs(shrink(seen), labels(300), count=10, batch=30, rate=0.3, seed=17):
        pass
    loss, accuracy = net.measure(shrink(unseen))
    assert said_numbers(said)[-2:] == pytest.approx([loss, 100 * accuracy], abs=0.06)
    assert said_numbers(said)[-2] == pytest.approx(loss, abs=6e-4)


def test_overfitting(page: Page, service: Service, seen: Doubles, unseen: Doubles) -> None:
    said = show(page, service, "overfitting")
    slide(page, "Digits to learn from", 1)
    page.get_by_label("Also show each digit moved").check()
    page.get_by_role("button", name="Train for 60 epochs").click()
    few = shrink(seen)[:20]
    ways = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
    padded = np.pad(few, ((0, 0), (1, 1), (1, 1)))
    moved = np.stack([padded[:, 1 - dy : 15 - dy, 1 - dx : 15 - dx] for dy, dx in ways], axis=1).reshape(-1, 14, 14)
    net = Net.create((196, 24, 10), 5)
    truth = labels(20).repeat_interleave(len(ways))
    history = [net.measure(shrink(unseen))]
    for _ in net.epochs(moved, truth, count=60, batch=10, rate=0.3, seed=23):
        history.append(net.measure(shrink(unseen)))  # noqa: PERF401 - it is the training that goes on in between
    best = min(range(len(history)), key=lambda epoch: history[epoch][0])
    expect(said).to_contain_text("Epoch 60", timeout=60_000)
    learned, unknown = net.measure(few), history[-1]
    expected = [60, learned[0], 100 * learned[1], unknown[0], 100 * unknown[1], best]
    assert said_numbers(said) == pytest.approx(expected, abs=0.06)
    assert said_numbers(said)[3] == pytest.approx(unknown[0], abs=6e-4)


def test_convolution(page: Page, service: Service, unseen: Doubles) -> None:
    said = show(page, service, "convolution")
    pick(page, "left and right edges")
    page.get_by_label("Weight in row 2, column 2").fill("1.5")
    for label, value in (("Digit", 42), ("Window's row", 11), ("Window's column", 14)):
        slide(page, label, value)
    slide(page, "Dropout: share switched off", 0.4)
    window = torch.tensor([[-1, 0, 1], [-2, 1.5, 2], [-1, 0, 1]], dtype=torch.float64)
    sums = F.conv2d(torch.from_numpy(unseen[42])[None, None], window[None, None])
    pooled = F.max_pool2d(sums.relu(), 2)[0, 0]
    draw = mulberry(1)
    off = sum(draw() < 0.4 for _ in range(169))
    place, pooled_place = float(sums[0, 0, 11, 14]), float(pooled[5, 7])
    assert place != 0
    assert said_numbers(said) == pytest.approx([11, 14, place, pooled_place, off, 169], abs=6e-4)
    pick(page, "learned by a network")
    weights = tutorial()["0.weight"][0, 0].flatten()
    shown = [float(cell.input_value()) for cell in page.locator(".le-nine input").all()]
    assert shown == pytest.approx(weights.tolist(), abs=6e-3)


def tutorial() -> dict[str, torch.Tensor]:
    """The weights that the page computes with, as a state dict of the recipe's network."""
    said = json.loads((SERVICE / "static/lessons/tutorial.json").read_text())
    state = {}
    for place, layer in zip((0, 3, 8), said["layers"], strict=True):
        whole = np.frombuffer(base64.b64decode(layer["weights"]), np.int8).astype(np.float32)
        state[f"{place}.weight"] = torch.from_numpy(whole * layer["scale"]).view(layer["shape"])
        state[f"{place}.bias"] = torch.tensor(layer["bias"])
    return state


ASK = """async (numbers) => {
  const { askTutorial, loadDigits, loadTutorial } = await import("/static/lessons/nets.js");
  const [{ test }, network] = [await loadDigits(), await loadTutorial()];
  return numbers.map((n) => askTutorial(network, test.pictures[n]));
}"""


def test_the_tutorials_network_is_that_of_the_recipe(page: Page, service: Service, unseen: Doubles) -> None:
    page.goto(service.url)
    shown = page.evaluate(ASK, list(range(0, 300, 7)))
    network = build("cnn-8-16").eval()
    network.load_state_dict(tutorial())
    with torch.no_grad():
        expected = network(torch.from_numpy(unseen[::7, None]).float())
    np.testing.assert_allclose(shown, expected, atol=1e-3)


def test_handwriting_fails_as_it_is_and_is_read_once_normalised(page: Page, service: Service) -> None:
    said = show(page, service, "handwriting")
    slide(page, "Digit of MNIST", 34)
    expect(said).to_have_text("As it is: 4. Normalised: 4. Reader: 4.")
    page.get_by_label("Dark ink on light paper").check()
    slide(page, "Size", 0.5)
    slide(page, "Moved right", 60)
    slide(page, "Shadow", 0.3)
    expect(said).to_have_text(re.compile(r"As it is: [^4]\. Normalised: 4\. Reader: 4\."))


def test_handwriting_reads_what_is_drawn_with_the_mouse(page: Page, service: Service) -> None:
    said = show(page, service, "handwriting")
    page.get_by_role("button", name="Clear and draw").click()
    expect(said).to_contain_text("Reader: nothing, not accepted")
    pad = page.locator(".le-pad").bounding_box()
    assert pad is not None
    for stroke in STYLES["7 crossed"]:
        places = [(pad["x"] + 30 + 160 * x, pad["y"] + 60 + 160 * y) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=8)
        page.mouse.up()
    expect(said).to_contain_text("Reader: 7.")


def test_handwriting_says_when_the_service_does_not_answer(chromium: Browser, service: Service) -> None:
    with watched(chromium, refusals=True) as page:
        page.route("**/v1/digit*", lambda route: route.abort())
        said = show(page, service, "handwriting")
        expect(said).to_have_text("As it is: 5. Normalised: –. Reader: –.")
        expect(page.get_by_text("The service does not answer.")).to_have_count(2)


def test_confidence(page: Page, service: Service, seen: Doubles, unseen: Doubles) -> None:
    said = show(page, service, "confidence")
    slide(page, "Learned from, digits", 1)
    slide(page, "Temperature", 1.8)
    slide(page, "Answer only from", 0.7)
    net = trained(shrink(seen)[:60], hidden=24, epochs=30, rate=0.2, seed=1)
    with torch.no_grad():
        logits = net.logits(shrink(unseen)) / 1.8
    truth, answers = labels(300), logits.softmax(dim=1)
    sure, best = answers.max(dim=1)
    right = (best == truth).double()
    error = expected_calibration_error(answers.float().numpy(), truth.numpy(), bins=10)
    taken = sure >= 0.7
    expected = [100 * right.mean(), 100 * sure.mean(), 100 * error, F.cross_entropy(logits, truth)]
    shown = said_numbers(said)
    assert shown[:4] == pytest.approx([float(value) for value in expected], abs=0.06)
    assert shown[4] == round(100 * float(taken.double().mean()))
    assert shown[5] == pytest.approx(100 * float(right[taken].mean()), abs=0.06)
