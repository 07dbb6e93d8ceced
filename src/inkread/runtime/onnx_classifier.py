"""A model file, opened and ready to classify: ONNX Runtime on the CPU."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkread.errors import ImageError, ModelFileError
from inkread.modelfile.card import CARD_KEY, Card, parse_card
from inkread.types import Float32Array, UInt8Array

if TYPE_CHECKING:
    import onnxruntime

# Pixels that one call of the graph takes: 64 pictures of 28x28. Their activations stay in the processor's cache, so
# that it is quicker than larger calls, and memory stays small whatever is asked.
PIXELS_PER_RUN = 64 * 28 * 28
FATAL_ONLY = 4
# A row of zeros means "no ink" to later rooms; a picture that is refused outright keeps the least that float32 holds.
LEAST_PROBABILITY = float(np.finfo(np.float32).tiny)


class OnnxClassifier:
    """A network read from a model file; meets the `inkread.types.Classifier` protocol, safe to share between threads.

    Attributes:
        card: what the file says of itself.
        content: the whole file, for those who look inside (`inkread.explain`).
    """

    def __init__(self, session: onnxruntime.InferenceSession, card: Card, content: bytes) -> None:
        self.card = card
        self.content = content
        self._session = session
        self._pictures_per_run = max(1, PIXELS_PER_RUN // int(np.prod(card.input_shape)))

    @classmethod
    def open(cls, path: str | Path) -> OnnxClassifier:
        """Open a model file and check that graph and card are what inkread can use.

        Args:
            path: an ``.onnx`` file with a card, as `modelfile.write_model` writes it.

        Returns:
            The classifier, its graph already run once on a blank picture.

        Raises:
            ModelFileError: if the file is missing, empty, no ONNX model, or has no card or one that does not fit
                the graph.
        """
        path = Path(path)
        check_file(path)
        try:
            session = start_session(path)
            card = read_card(session, path)
            _check_task(card, path)
            _check_graph(session, card, path)
            classifier = cls(session, card, path.read_bytes())
            _check_trial(classifier, path)
        except ModelFileError:
            raise
        except Exception as error:  # ONNX Runtime's errors have no base class; damaged text may not decode.
            raise ModelFileError(
                f"{path} is no ONNX model or is damaged: take a fresh copy, or a file that inkread wrote."
            ) from error
        return classifier

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the logits."""
        return self.card.labels

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one input."""
        return self.card.input_shape

    def logits(self, images_nchw: UInt8Array) -> Float32Array:
        """Run the network.

        Args:
            images_nchw: uint8 of shape (n, *input_shape), range 0 to 255; n may be 0.

        Returns:
            float32 of shape (n, outputs), not calibrated: one a label and, where the card has a reject class, one more,
            the last, for "none of these".

        Raises:
            ImageError: if type or shape is another.
        """
        if images_nchw.dtype != np.uint8 or images_nchw.shape[1:] != self.input_shape:
            raise ImageError(
                f"this model takes pictures as uint8 of shape (n, {', '.join(map(str, self.input_shape))}), "
                f"not {images_nchw.dtype} of shape {images_nchw.shape}: use a model trained on such pictures."
            )
        step = self._pictures_per_run
        parts = [images_nchw[start : start + step] for start in range(0, len(images_nchw), step)]
        if not parts:
            return np.zeros((0, _outputs(self.card)), np.float32)
        if len(parts) == 1:
            return self._run(parts[0])
        with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as threads:
            return np.concatenate(list(threads.map(self._run, parts)))

    def probabilities(self, images_nchw: UInt8Array) -> Float32Array:
        """Classify a batch: softmax of the logits divided by the card's temperature (Guo et al. 2017).

        A reject class takes part in the softmax and is then left out: what a row lacks to 1 is the probability that
        the picture shows none of the labels.

        Args:
            images_nchw: uint8 of shape (n, *input_shape), range 0 to 255.

        Returns:
            float32 of shape (n, labels), each row summing to 1, or to at most 1 where there is a reject class.

        Raises:
            ImageError: if type or shape is another.
        """
        scaled = self.logits(images_nchw).astype(np.float64) / self.card.temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        exponentials = np.exp(scaled)
        shares = (exponentials / exponentials.sum(axis=1, keepdims=True))[:, : len(self.labels)]
        probabilities: Float32Array = np.maximum(shares, LEAST_PROBABILITY).astype(np.float32)
        return probabilities

    def _run(self, images_nchw: UInt8Array) -> Float32Array:
        """Run the graph once."""
        logits: Float32Array = np.asarray(self._session.run(["logits"], {"image": images_nchw})[0], np.float32)
        return logits


def check_file(path: Path) -> None:
    """Refuse what is no readable file before ONNX Runtime sees it."""
    if path.is_dir():
        raise ModelFileError(f"{path} is a folder, not a model file: give the .onnx file inside it.")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise ModelFileError(f"there is no model file {path}: check the name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelFileError(
            f"the model file {path} cannot be read ({reason}): check the name and its rights."
        ) from error
    if empty:
        raise ModelFileError(f"the model file {path} is empty: take a fresh copy.")


def start_session(source: Path | bytes) -> onnxruntime.InferenceSession:
    """Let ONNX Runtime load the graph of a file, or of a file's content."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    # One thread a run answers a single picture soonest; a large batch is spread by us, run by run.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = FATAL_ONLY
    # Without the fallback, which tries again on another device and prints, the CPU being the only one.
    model = source if isinstance(source, bytes) else str(source)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"], enable_fallback=0)


def read_card(session: onnxruntime.InferenceSession, path: Path) -> Card:
    """Find the card in the metadata and parse it."""
    text = session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
    if text is None:
        raise ModelFileError(
            f"{path} is an ONNX model, but not one of inkread's (it has no card): take a file that inkread wrote."
        )
    try:
        return parse_card(text)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error


def read_task(path: str | Path) -> str:
    """Say what a model file does, "digit" or "number"; "" where it has no card that says so."""
    try:
        return read_card(start_session(Path(path)), Path(path)).task
    except Exception:  # Whoever opens the model says what is wrong with it.
        return ""


def _check_task(card: Card, path: Path) -> None:
    """Refuse a model whose graph is of another kind."""
    if card.task == "number":
        raise ModelFileError(
            f"{path} reads numbers as a whole, which is no use here: take a model that reads single digits."
        )


def _check_graph(session: onnxruntime.InferenceSession, card: Card, path: Path) -> None:
    """Compare the graph's inputs and outputs with the contract and the card."""
    inputs = [(node.name, node.type) for node in session.get_inputs()]
    outputs = [(node.name, node.type) for node in session.get_outputs()]
    if inputs != [("image", "tensor(uint8)")] or outputs != [("logits", "tensor(float)")]:
        found = ", ".join(f"{name} {kind}" for name, kind in inputs + outputs)
        raise ModelFileError(
            f"{path} is not a model that inkread can use: its graph must take 'image' (uint8) and give "
            f"'logits' (float), found {found}."
        )
    shape = session.get_inputs()[0].shape
    if isinstance(shape[0], int) or tuple(shape[1:]) != card.input_shape:
        raise ModelFileError(
            f"the card of {path} disagrees with its graph: the card says input "
            f"(n, {', '.join(map(str, card.input_shape))}), the graph ({', '.join(map(str, shape))}); export it again."
        )


def _outputs(card: Card) -> int:
    """Count the logits that the card promises."""
    return len(card.labels) + card.reject_class


def _check_trial(classifier: OnnxClassifier, path: Path) -> None:
    """Run one blank picture and see whether finite logits come out, as many as the card promises."""
    logits = classifier.logits(np.zeros((1, *classifier.input_shape), np.uint8))
    if logits.shape != (1, _outputs(classifier.card)):
        reject = " and a reject class" if classifier.card.reject_class else ""
        raise ModelFileError(
            f"the card of {path} disagrees with its graph: {len(classifier.labels)} labels{reject}, but logits of "
            f"shape {logits.shape}; export the model again."
        )
    if not np.isfinite(logits).all():
        raise ModelFileError(f"the network in {path} yields values that are no numbers: train it again.")
