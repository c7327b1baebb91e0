"""Operators of two streams, and of a list of them."""
from case import Case

TWO = {
    "a": [[("x", 1), ("y", 2), ("x", 3)], [("x", 4)], [], [], [("z", 5)]],
    "b": [[("x", 10), ("z", 20), ("x", 30)], [], [("x", 40)], [], [("z", 50), ("z", 60)]],
}
NULLS = {"a": [[("x", None), ("y", 2)], [("x", 1)]], "b": [[("x", 10)], [("x", None), ("x", None)]]}


def joined(kind):
    return f"""
joined: {{ join: {{ left: a, right: b, type: {kind} }} }}
"""


def case(name, about, operator, kind, inputs=TWO):
    return Case(name, about, inputs, lambda s: {"joined": getattr(s["a"], operator)(s["b"])}, joined(kind),
                yaml_value=sides)


def sides(pair):
    """A pair of values as a file shows it."""
    return {"left": pair[0], "right": pair[1]}


CASES = [
    Case("union", "union has the elements of both, the first stream's first", TWO,
         lambda s: {"all": s["a"].union(s["b"])}, """
all: { from: [a, b] }
""", any_order=False),
    Case("union_of_itself", "a stream united with itself doubles", {"a": [[1, 2], [], [3]]},
         lambda s: {"twice": s["a"].union(s["a"])}, """
twice: { from: [a, a] }
""", any_order=False),
    Case("union_of_three", "a list of streams",
         {"a": [[1], [], [2]], "b": [[3, 4], []], "c": [[], [5], [6]]},
         lambda s: {"all": s["a"].context().union(s["a"], s["b"], s["c"])}, """
all: { from: [a, b, c] }
""", any_order=False),
    case("join", "join gives the product of each key's values in the same batch", "join", "inner"),
    case("left_outer_join", "leftOuterJoin keeps the left values without a partner", "leftOuterJoin", "left"),
    case("right_outer_join", "rightOuterJoin keeps the right values without a partner", "rightOuterJoin", "right"),
    case("full_outer_join", "fullOuterJoin keeps both sides", "fullOuterJoin", "full"),
    case("join_of_nulls", "null values have partners like others", "join", "inner", NULLS),
    case("outer_join_of_nulls", "a null value looks like no partner", "fullOuterJoin", "full", NULLS),
    Case("join_with_itself", "a stream joined with itself is squared", {"a": [[("x", 1), ("x", 2), ("y", 3)], []]},
         lambda s: {"joined": s["a"].join(s["a"])}, """
joined: { join: { left: a, right: a } }
""", yaml_value=sides),
    Case("cogroup", "cogroup has every key of either stream", TWO,
         lambda s: {"both": s["a"].cogroup(s["b"]).mapValues(lambda sides: [list(side) for side in sides])}, """
both: { cogroup: { left: a, right: b } }
""", yaml_value=sides),
    Case("transform_with", "transformWith sees the batch of both streams", TWO,
         lambda s: {"both": s["a"].transformWith(lambda left, right: left.join(right), s["b"])}),
]
