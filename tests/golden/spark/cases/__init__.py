"""All cases, in the order of docs/operators.md."""
from . import batches, state, two_streams, windows

CASES = batches.CASES + two_streams.CASES + state.CASES + windows.CASES
