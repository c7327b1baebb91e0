"""Operators of one stream that look at one batch."""
from operator import add

from case import Case

NUMBERS = {"a": [[3, 1, 2], [], [5], [2, 2]]}
WORDS = {"a": [["to be", "or not  to be"], [], ["be"], [""]]}
PAIRS = {"a": [[("x", 1), ("y", 2), ("x", 3)], [], [("y", 4)], [("x", 0), ("x", -1), ("z", 7)]]}
MAYBES = {"a": [[("x", None), ("y", 2), ("x", 3), ("x", None)], [], [("y", None)]]}
PARTS = {"a": [[[1, 2, 3], [4]], [[], []], [[], [5]]]}


def split(text):
    """As Java does: no empty parts at the end."""
    parts = text.split(" ")
    while len(parts) > 1 and parts[-1] == "":
        parts.pop()
    return parts


CASES = [
    Case("map_filter", "map and filter keep the order of a batch", NUMBERS,
         lambda s: {"mapped": s["a"].map(lambda n: 10 * n), "kept": s["a"].filter(lambda n: n > 1)},
         """
mapped: { from: a, steps: [ { map: 10 * value } ] }
kept: { from: a, steps: [ { filter: value > 1 } ] }
""", any_order=False),
    Case("flat_map", "flatMap gives any number of elements, also empty ones", WORDS,
         lambda s: {"words": s["a"].flatMap(split)}, """
words: { from: a, steps: [ { flatMap: 'split(value, " ")' } ] }
""", any_order=False),
    Case("map_values", "mapValues and flatMapValues keep the key, null values too", MAYBES,
         lambda s: {"mapped": s["a"].mapValues(lambda v: -1 if v is None else v + 1),
                    "flat": s["a"].flatMapValues(lambda v: [] if v is None else [v, v])}, """
mapped: { from: a, steps: [ { mapValues: value == nil and -1 or value + 1 } ] }
flat: { from: a, steps: [ { flatMapValues: 'value == nil and {} or { value, value }' } ] }
""", any_order=False),
    Case("key_by", "a key made of the value, and the value kept", {"a": [["pear", "fig"], [], ["plum"]]},
         lambda s: {"keyed": s["a"].map(lambda text: (text[0], text))}, """
keyed: { from: a, steps: [ { keyBy: 'value:sub(1, 1)' } ] }
""", any_order=False),
    Case("map_partitions", "mapPartitions is called for every partition, glom makes each a list", PARTS,
         lambda s: {"sums": s["a"].mapPartitions(lambda part: [sum(part)]), "parts": s["a"].glom()},
         any_order=False, partitions=2),
    Case("repartition", "repartition moves elements and loses none",
         {"a": [[("w", 1), ("x", 2), ("y", 3), ("z", 4)], [], [("w", 5)]]},
         lambda s: {"same": s["a"].repartition(3)}, """
same: { from: a, steps: [ { repartition: 3 } ] }
"""),
    Case("count", "count of an empty batch is 0", NUMBERS,
         lambda s: {"count": s["a"].count()}, """
count: { from: a, steps: [ count ] }
"""),
    Case("reduce", "reduce of an empty batch gives nothing", NUMBERS,
         lambda s: {"sum": s["a"].reduce(add), "least": s["a"].reduce(min)}, """
sum: { from: a, steps: [ { reduce: sum } ] }
least: { from: a, steps: [ { reduce: 'min(a, b)' } ] }
"""),
    Case("count_by_value", "countByValue of an empty batch gives nothing",
         {"a": [["x", "y", "x"], [], ["y"], ["", ""]]},
         lambda s: {"counts": s["a"].countByValue()}, """
counts: { from: a, steps: [ countByValue ] }
"""),
    Case("reduce_by_key", "reduceByKey, keys come and go with the batches", PAIRS,
         lambda s: {"sums": s["a"].reduceByKey(add), "least": s["a"].reduceByKey(min)}, """
sums: { from: a, steps: [ { reduceByKey: sum } ] }
least: { from: a, steps: [ { reduceByKey: 'min(a, b)' } ] }
"""),
    Case("reduce_by_key_once", "reduceByKey does not call its function for a single value", MAYBES,
         lambda s: {"last": s["a"].reduceByKey(lambda a, b: b)}, """
last: { from: a, steps: [ { reduceByKey: b } ] }
"""),
    Case("group_by_key", "groupByKey keeps the values of a key in order of arrival", PAIRS,
         lambda s: {"groups": s["a"].groupByKey().mapValues(list)}, """
groups: { from: a, steps: [ groupByKey ] }
"""),
    Case("group_by_key_nulls", "groupByKey keeps null values", MAYBES,
         lambda s: {"sizes": s["a"].groupByKey().mapValues(len),
                    "groups": s["a"].groupByKey().mapValues(list)}, """
groups: { from: a, steps: [ groupByKey ] }
sizes: { from: a, steps: [ groupByKey, { mapValues: '#value' } ] }
"""),
    Case("combine_by_key", "combineByKey: lists that grow, then are joined", PAIRS,
         lambda s: {"combined": s["a"].combineByKey(lambda v: f"{v}", lambda c, v: f"{c}+{v}",
                                                    lambda c, d: f"{c}/{d}")}, """
combined:
  from: a
  steps: [ { combineByKey: { createCombiner: tostring(value), mergeValue: a .. "+" .. b, mergeCombiners: a .. "/" .. b } } ]
"""),
    Case("combine_by_key_parts", "combineByKey over two partitions: mergeCombiners adds what each has",
         {"a": [[[("x", 1), ("x", 2)], [("x", 3), ("y", 4)]], [[], []], [[], [("x", 5)]]]},
         lambda s: {"means": s["a"].combineByKey(lambda v: (v, 1), lambda c, v: (c[0] + v, c[1] + 1),
                                                 lambda c, d: (c[0] + d[0], c[1] + d[1]))},
         partitions=2),
    Case("two_outputs", "a stream with two outputs is the same in both", PAIRS,
         lambda s: both(s["a"].reduceByKey(add)), """
sums: { from: a, steps: [ { reduceByKey: sum } ] }
positive: { from: sums, steps: [ { filter: value > 0 } ] }
"""),
    Case("transform", "transform calls its function with every batch, empty ones too", PAIRS,
         lambda s: {"sorted": s["a"].transform(lambda rdd: rdd.sortBy(lambda pair: pair[1])),
                    "sizes": s["a"].transform(lambda at, rdd: rdd.context.parallelize(
                        [(f"{at.timestamp():.0f}", rdd.count())], 1))}, any_order=False),
]


def both(sums):
    return {"sums": sums, "positive": sums.filter(lambda pair: pair[1] > 0)}
