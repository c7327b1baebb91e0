"""Windows in batch time."""
from operator import add

from case import Case

NUMBERS = {"a": [[1], [2, 3], [], [4], [], [], [], [5]]}
COUNTED = {"a": [[], [1], [2, 2], [], [], [], [3], []]}
PAIRS = {"a": [[("x", 1), ("y", 2)], [("x", 3)], [], [("z", 4)], [], [], [("y", 5)], []]}
ONES = {"a": [[("x", 1)], [("x", 1)], [], [("y", 1)], [], [("x", 1)], [], []]}
WAVES = {"a": [[("x", 1), ("y", 5)], [("x", -1)], [], [], [("x", 2)], []]}


def steps(identity, operator, options):
    return f"[ {{ id: {identity}, {operator}: {{ {options} }} }} ]"


def inverse(name, about, inputs, length, slide, options="", **more):
    """reduceByKeyAndWindow with + and -, in the JVM: Python's has results of its own."""
    text = f"window: {length}s, slide: {slide}s, reduce: a + b, inverse: a - b{options}"
    return Case(name, about, inputs, None, f"sums: {{ from: a, steps: {steps('sums', 'reduceByKeyAndWindow', text)} }}", window=9, **more)


CASES = [
    Case("window", "a window is passed on before it is full", NUMBERS,
         lambda s: {"last": s["a"].window(3, 1)}, f"""
last: {{ from: a, steps: {steps("last", "window", "window: 3s, slide: 1s")} }}
""", any_order=False),
    Case("window_slide", "between two ends a windowed stream has nothing, at an end it may be empty", NUMBERS,
         lambda s: {"last": s["a"].window(4, 2)}, f"""
last: {{ from: a, steps: {steps("last", "window", "window: 4s, slide: 2s")} }}
""", any_order=False),
    Case("window_off_beat", "a window that is no multiple of its slide", NUMBERS,
         lambda s: {"last": s["a"].window(3, 2)}, f"""
last: {{ from: a, steps: {steps("last", "window", "window: 3s, slide: 2s")} }}
""", any_order=False),
    Case("window_of_window", "a window of a window has an element as often as inner windows hold it", NUMBERS,
         lambda s: {"outer": s["a"].window(2, 1).window(4, 2)}, """
outer:
  from: a
  steps:
    - { id: inner, window: { window: 2s, slide: 1s } }
    - { id: outer, window: { window: 4s, slide: 2s } }
""", any_order=False),
    Case("window_count", "count of an empty window is 0, from the start", {"a": [[], [], [1], [], [], []]},
         lambda s: {"count": s["a"].window(2, 1).count()}, """
count: { from: a, steps: [ { id: last, window: { window: 2s, slide: 1s } }, count ] }
"""),
    Case("count_by_window", "countByWindow gives nothing before the first element ever, then 0", COUNTED,
         None, f"""
count: {{ from: a, steps: {steps("last", "countByWindow", "window: 3s, slide: 1s")} }}
"""),
    Case("count_by_window_slide", "countByWindow that slides by more than a batch", COUNTED,
         None, f"""
count: {{ from: a, steps: {steps("last", "countByWindow", "window: 4s, slide: 2s")} }}
"""),
    Case("reduce_by_window", "reduceByWindow gives nothing for an empty window", NUMBERS,
         lambda s: {"most": s["a"].reduceByWindow(max, None, 2, 1)}, f"""
most: {{ from: a, steps: {steps("most", "reduceByWindow", "window: 2s, slide: 1s, reduce: max")} }}
"""),
    Case("reduce_by_window_inverse", "reduceByWindow with an inverse leaves 0 of an empty window", NUMBERS,
         None, f"""
sum: {{ from: a, steps: {steps("sum", "reduceByWindow", "window: 2s, slide: 1s, reduce: a + b, inverse: a - b")} }}
"""),
    Case("reduce_by_key_and_window", "without an inverse a key goes with its last value", PAIRS,
         lambda s: {"sums": s["a"].reduceByKeyAndWindow(add, None, 3, 1),
                    "slow": s["a"].reduceByKeyAndWindow(max, None, 4, 2)}, f"""
sums: {{ from: a, steps: {steps("sums", "reduceByKeyAndWindow", "window: 3s, slide: 1s, reduce: sum")} }}
slow: {{ from: a, steps: {steps("slow", "reduceByKeyAndWindow", "window: 4s, slide: 2s, reduce: 'max(a, b)'")} }}
""", window=4),
    inverse("reduce_by_key_and_window_inverse", "with an inverse a key stays at 0 for ever", PAIRS, 3, 1),
    inverse("reduce_by_key_and_window_inverse_slide", "an inverse window that slides by two batches", PAIRS, 4, 2),
    inverse("reduce_by_key_and_window_filter", "a filter that is false for 0 lets keys go", ONES, 3, 1,
            ", filter: value > 0"),
    inverse("reduce_by_key_and_window_tumbling", "windows that do not overlap", PAIRS, 2, 2),
    inverse("reduce_by_key_and_window_zero", "a filter that drops a key which still has values", WAVES, 3, 1,
            ", filter: value ~= 0", fails=True,
            differs="a filter that drops a key with values left",
            lockstep={"sums": [[["x", 1], ["y", 5]], [["y", 5]], [["y", 5]], [["x", -1]], [["x", 2]], [["x", 2]]]}),
    inverse("reduce_by_key_and_window_gap", "an inverse window shorter than its slide", PAIRS, 1, 2,
            differs="a window shorter than its slide",
            lockstep={"sums": [None, [["x", 3]], None, [["x", 0], ["z", 4]], None, [["x", 0], ["z", 0]], None,
                               [["x", 0], ["z", 0]]]}),
    Case("group_by_key_and_window", "groupByKeyAndWindow: values of earlier batches first", PAIRS,
         None, f"""
groups: {{ from: a, steps: {steps("groups", "groupByKeyAndWindow", "window: 3s, slide: 1s")} }}
""", window=3),
    Case("count_by_value_and_window", "countByValueAndWindow forgets what it no longer counts",
         {"a": [["x", "y", "x"], [], ["y"], [], [], []]},
         None, f"""
counts: {{ from: a, steps: {steps("counts", "countByValueAndWindow", "window: 3s, slide: 1s")} }}
""", window=3),
    Case("join_of_windows", "windows of two streams, joined when both end",
         {"a": [[("x", 1)], [("x", 2)], [], [], [("y", 3)], []], "b": [[], [("x", 10)], [], [("y", 20)], [], []]},
         lambda s: {"joined": s["a"].window(4, 2).join(s["b"].window(2, 2))}, """
long: { from: a, steps: [ { id: long, window: { window: 4s, slide: 2s } } ] }
short: { from: b, steps: [ { id: short, window: { window: 2s, slide: 2s } } ] }
joined: { join: { left: long, right: short } }
""", window=4, yaml_value=lambda pair: {"left": pair[0], "right": pair[1]}),
    Case("union_of_slides", "streams of different slides cannot be united", {"a": [[1], [2]]},
         lambda s: {"all": s["a"].window(2, 2).union(s["a"])}, refused="E032"),
]
