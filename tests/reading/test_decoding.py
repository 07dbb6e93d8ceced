import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.errors import ConfigError
from inkread.reading import Constraint, decode, make_constraint
from inkread.reading.checksums import Checksum
from inkread.reading.constraints import allows
from tests.reading.lattices import DIGITS, brute_force, lattice, spelled

# Prefers 1287, then 1237, then 1281 and 1231.
SPELLED = spelled({"1": 0.97}, {"2": 0.95}, {"8": 0.6, "3": 0.4}, {"7": 0.9, "1": 0.1})

CONSTRAINTS = [
    make_constraint(length=2),
    make_constraint(pattern="1(0|2)*"),
    make_constraint(range=(1, 12)),
    make_constraint(checksum="luhn"),
    make_constraint(checksum=lambda text: text == text[::-1]),
    make_constraint(choices=["0", "01", "010", "2"]),
    make_constraint(length=(1, 3), pattern="[01]+", choices=["11", "0", "22", "0101"]),
]


@st.composite
def random_lattices(draw: st.DrawFn) -> tuple[np.ndarray, str]:
    alphabet = DIGITS[: draw(st.integers(1, 3))]
    shape = (draw(st.integers(0, 6)), len(alphabet) + 1)
    logits = np.random.default_rng(draw(st.integers(0, 2**32))).normal(0, draw(st.sampled_from([0.5, 2.0, 6.0])), shape)
    return np.log(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32), alphabet


@settings(max_examples=60, deadline=None)
@given(random_lattices(), st.sampled_from([None, *CONSTRAINTS]))
def test_wide_beam_finds_exactly_what_all_alignments_give(made: tuple[np.ndarray, str], constraint: Constraint) -> None:
    log_probabilities, alphabet = made
    expected = {
        text: probability
        for text, probability in brute_force(log_probabilities, alphabet).items()
        if constraint is None or allows(constraint, text)
    }
    readings = decode(log_probabilities, alphabet, constraint=constraint, beam=5000, alternatives=5000, least=0)
    assert {r.text for r in readings} == set(expected)
    for reading in readings:
        assert reading.confidence == pytest.approx(expected[reading.text], rel=1e-5)
    scores = [r.log_probability for r in readings]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=60, deadline=None)
@given(random_lattices())
def test_default_pruning_loses_next_to_nothing(made: tuple[np.ndarray, str]) -> None:
    log_probabilities, alphabet = made
    expected = brute_force(log_probabilities, alphabet)
    best = decode(log_probabilities, alphabet)[0]
    assert best.confidence == pytest.approx(max(expected.values()), rel=0.02)
    assert best.confidence == pytest.approx(expected[best.text], rel=0.02)


@settings(max_examples=60, deadline=None)
@given(random_lattices())
def test_characters_are_placed_in_order_and_one_alone_is_as_sure_as_the_text(made: tuple[np.ndarray, str]) -> None:
    log_probabilities, alphabet = made
    for reading in decode(log_probabilities, alphabet, beam=5000, alternatives=50, least=0):
        assert "".join(c.character for c in reading.characters) == reading.text
        columns = [column for c in reading.characters for column in (c.first, c.last)]
        assert columns == sorted(columns)
        assert all(0 <= column < len(log_probabilities) for column in columns)
        assert all(0 < c.confidence <= 1 + 1e-6 for c in reading.characters)
        if len(reading.text) == 1:
            assert reading.characters[0].confidence == pytest.approx(reading.confidence, rel=1e-5)


def test_reads_the_most_probable_text_with_places_and_confidence() -> None:
    best, second, *_ = decode(SPELLED, DIGITS)
    assert (best.text, second.text) == ("1287", "1237")
    assert best.confidence == pytest.approx(0.97 * 0.95 * 0.6 * 0.9, rel=1e-3)
    assert second.confidence == pytest.approx(0.97 * 0.95 * 0.4 * 0.9, rel=1e-3)
    assert [(c.first, c.last) for c in best.characters] == [(2, 2), (5, 5), (8, 8), (11, 11)]
    assert [c.confidence for c in best.characters] == pytest.approx([0.97, 0.95, 0.6, 0.9], rel=1e-3)


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        (make_constraint(pattern=r"12[0-5]\d"), "1237"),
        (make_constraint(checksum="luhn"), "1230"),
        (make_constraint(choices=["1281", "1231", "9999"]), "1281"),
        (make_constraint(range=(1200, 1240)), "1237"),
        (make_constraint(range=(0, 1235)), "1231"),
        (make_constraint(length=3), "127"),
        (make_constraint(checksum=lambda text: len(text) == 4 and int(text) % 7 == 0), "1281"),
    ],
)
def test_constraint_picks_the_best_allowed_text(constraint: Constraint, text: str) -> None:
    picked = decode(spelled({"1": 0.97}, {"2": 0.95}, {"8": 0.56, "3": 0.4}, {"7": 0.8, "1": 0.1, "0": 0.05}), DIGITS)
    assert picked[0].text == "1287"
    forced = decode(
        spelled({"1": 0.97}, {"2": 0.95}, {"8": 0.56, "3": 0.4}, {"7": 0.8, "1": 0.1, "0": 0.05}),
        DIGITS,
        constraint=constraint,
    )
    assert forced[0].text == text
    assert forced[0].confidence < picked[0].confidence


def test_forced_reading_stays_visibly_unsure() -> None:
    forced = decode(SPELLED, DIGITS, constraint=make_constraint(choices=["1281"]))[0]
    assert forced.confidence == pytest.approx(0.97 * 0.95 * 0.6 * 0.1, rel=1e-3)
    assert [round(c.confidence, 2) for c in forced.characters] == [0.97, 0.95, 0.6, 0.1]


@pytest.mark.parametrize(
    "constraint",
    [make_constraint(choices=["4444"]), make_constraint(pattern="9+"), make_constraint(length=3, range=(1000, 2000))],
)
def test_constraint_that_nothing_satisfies_gives_no_reading(constraint: Constraint) -> None:
    assert decode(SPELLED, DIGITS, constraint=constraint) == []


def test_rare_checksum_is_found_beyond_the_first_beam() -> None:
    unsure = {"0": 0.3, "3": 0.25, "5": 0.2, "8": 0.15, "9": 0.09}
    columns = spelled(*[unsure] * 5)
    everything = decode(columns, DIGITS, beam=20_000, alternatives=20_000)
    checksum = Checksum("mod97")
    allowed = [reading for reading in everything if allows(checksum, reading.text)]
    assert not {reading.text for reading in everything[:32]} & {reading.text for reading in allowed}
    assert decode(columns, DIGITS, constraint=checksum)[0].text == allowed[0].text


def test_digit_spread_over_columns_is_surer_than_any_of_them() -> None:
    (reading, *_) = decode(lattice({"1": 0.9}, {}, {"7": 0.5}, {"7": 0.5}, {}, {"7": 0.8}), DIGITS)
    assert reading.text == "177"
    assert reading.characters[1].confidence == pytest.approx(0.75, rel=1e-3)
    assert reading.confidence == pytest.approx(0.9 * 0.75 * 0.8, rel=1e-3)


def test_doubled_digit_needs_a_blank_between() -> None:
    assert decode(lattice({"4": 0.9}, {"4": 0.9}), DIGITS)[0].text == "4"
    assert decode(lattice({"4": 0.9}, {}, {"4": 0.9}), DIGITS)[0].text == "44"


def test_blank_columns_read_as_the_empty_text() -> None:
    reading, *_ = decode(lattice({}, {"3": 0.01}, {}), DIGITS)
    assert (reading.text, reading.characters) == ("", ())
    assert reading.confidence == pytest.approx(0.99)


def test_very_long_unsure_lattice_does_not_underflow() -> None:
    uniform = np.full((400, 11), -np.log(11), dtype=np.float32)
    readings = decode(uniform, DIGITS, beam=4, alternatives=1)
    assert readings
    assert np.isfinite(readings[0].log_probability)


@pytest.mark.parametrize(
    "log_probabilities", [np.zeros((4, 10), np.float32), np.full((4, 11), 0.2, np.float32), np.full((4, 11), np.nan)]
)
def test_refuses_what_are_no_log_probabilities_of_the_alphabet(log_probabilities: np.ndarray) -> None:
    with pytest.raises(ConfigError, match="log-probabilities"):
        decode(log_probabilities.astype(np.float32), DIGITS)


def test_long_peaky_lattice_is_decoded_in_milliseconds() -> None:
    columns: list[dict[str, float]] = [{} for _ in range(200)]
    for place, digit in enumerate("12873465"):
        columns[20 * place + 10] = columns[20 * place + 11] = {digit: 0.99, str(9 - int(digit)): 0.004}
    peaky = lattice(*columns)
    spent = []
    for _ in range(20):
        start = time.process_time()
        readings = decode(peaky, DIGITS, alternatives=1)
        spent.append(time.process_time() - start)
    assert readings[0].text == "12873465"
    assert min(spent) < 0.03, "it takes 1 to 3 ms; the rest is room for a busy machine"
