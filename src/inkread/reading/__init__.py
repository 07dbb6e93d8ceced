"""Ink to numbers: what the network says of each column is decoded into text, under constraints where there are any."""

from inkread.reading.constraints import Constraint, make_constraint
from inkread.reading.decoding import Character, Reading, decode

__all__ = ["Character", "Constraint", "Reading", "decode", "make_constraint"]
