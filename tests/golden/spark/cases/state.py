"""updateStateByKey and mapWithState."""
from case import Case

IDLE = {"a": [[("x", 1), ("x", 3), ("y", 2)], [], [("y", 4)], [], [("x", 5)], [], [], [("z", 1)], []]}
PAIRS = {"a": [[("x", 1), ("y", 2), ("x", 3)], [], [("y", 4), ("z", 5)], [], [("x", 0)]]}


def total(values, state):
    return sum(values) + (state or 0)


def until_idle(values, state):
    """Forgets a key in its first batch without values."""
    return total(values, state) if values else None


def calls(values, state):
    """How often the function was called for the key, and with how many values the last time."""
    return f"{int((state or '0').split(' ')[0]) + 1} {len(values)}"


def never(values, state):
    """A key whose first value is negative never gets a state."""
    return None if state is None and values[0] < 0 else total(values, state)


CASES = [
    Case("update_state", "the whole state comes in every batch", PAIRS,
         lambda s: {"totals": s["a"].updateStateByKey(total)}, """
totals:
  from: a
  steps: [ { id: totals, updateStateByKey: { update: '(state or 0) + sum(values)', emit: all } } ]
""", window=9),
    Case("update_state_visits", "idle keys are visited with no values", PAIRS,
         lambda s: {"calls": s["a"].updateStateByKey(calls)}, """
calls:
  from: a
  steps:
    - id: calls
      updateStateByKey: { update: '(state and split(state, " ")[1] or 0) + 1 .. " " .. #values', emit: all }
""", window=9),
    Case("update_state_removes", "None removes a key; a later value finds no state", PAIRS,
         lambda s: {"totals": s["a"].updateStateByKey(until_idle)}, """
totals:
  from: a
  steps:
    - { id: totals, updateStateByKey: { update: '#values > 0 and (state or 0) + sum(values) or nil', emit: all } }
""", window=9),
    Case("update_state_never", "a key whose function gives None at once never shows",
         {"a": [[("x", -1), ("y", 1)], [("x", 2)], [("y", -5)], []]},
         lambda s: {"totals": s["a"].updateStateByKey(never)}, """
totals:
  from: a
  steps:
    - id: totals
      updateStateByKey: { update: '(state ~= nil or values[1] >= 0) and (state or 0) + sum(values) or nil', emit: all }
""", window=9),
    Case("update_state_initial", "an initial state is visited by the first batch, and comes once", PAIRS,
         lambda s: {"totals": s["a"].updateStateByKey(total, initialRDD=[("old", 7), ("x", 10)])}, window=9),
    Case("update_state_initial_removes", "an initial key without values in the first batch may go at once",
         {"a": [[("x", 1)], [("old", 2)], []]},
         lambda s: {"totals": s["a"].updateStateByKey(until_idle, initialRDD=[("old", 7), ("x", 10)])}, window=9),
    Case("update_state_of_nulls", "null values are values",
         {"a": [[("x", None)], [("x", None), ("x", 1)], []]},
         lambda s: {"sizes": s["a"].updateStateByKey(lambda values, state: len(values) + (state or 0))}, """
sizes:
  from: a
  steps: [ { id: sizes, updateStateByKey: { update: '(state or 0) + #values', emit: all } } ]
""", window=9),
    Case("update_state_of_window", "behind a window the state runs when a window ends",
         {"a": [[("x", 1)], [("x", 2)], [("y", 3)], [], [], [("x", 4)]]},
         lambda s: {"totals": s["a"].window(2, 2).updateStateByKey(total)}, """
totals:
  from: a
  steps:
    - { id: last-two, window: { window: 2s, slide: 2s } }
    - { id: totals, updateStateByKey: { update: '(state or 0) + sum(values)', emit: all } }
""", window=9),
    Case("map_with_state", "mapWithState calls its function once per element, in order of arrival",
         {"a": [[("x", 1), ("x", 3), ("y", 2)], [], [("y", 4), ("z", 5)], [("x", 0), ("x", 7)]]}, None, """
totals: { from: a, steps: [ { id: totals, mapWithState: { initial: 0, update: state + value, value: state } } ] }
""", window=9),
    Case("map_with_state_removes", "remove() forgets the key", {"a": [[("x", 1), ("y", 2)], [("x", 0), ("x", 3)], [("y", 0)], [("y", 5)]]},
         None, window=9),
    Case("map_with_state_timeout", "a key that is idle for longer than the time-out is called once more", IDLE, None, """
totals:
  from: a
  steps:
    - id: totals
      mapWithState: { initial: 0, update: state + value, value: timed_out and -state or state, timeout: 2s }
""", window=9),
    Case("map_with_state_initial", "an initial state ages from the first batch on", IDLE, None, window=9),
]
