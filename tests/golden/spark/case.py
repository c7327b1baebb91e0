"""What a case is, and how it is written down: as data for the replay in C++, as a YAML file for `lockstep test`."""
import json
from dataclasses import dataclass, field
from typing import Callable


@dataclass
class Case:
    name: str
    about: str
    inputs: dict  # stream -> batches -> elements; a pair is a tuple (key, value)
    spark: Callable = None  # (inputs by name) -> outputs by name; None: the case of that name in Jvm.java
    yaml: str = ""  # Lockstep's streams that stand for the outputs; "" where a file cannot say it
    any_order: bool = True  # Spark promises none behind a shuffle
    partitions: int = 1  # of every input; with more than one a batch is a list of partitions
    window: int = 1  # batches whose keys an output may show
    differs: str = ""  # a difference on purpose: the text of its row in docs/differences-from-spark.md
    lockstep: dict = field(default_factory=dict)  # with `differs`: what is expected instead, by output
    yaml_value: Callable = None  # how a file shows a value of an output, where it is not as in Spark
    fails: bool = False  # Spark's run ends with an error
    refused: str = ""  # Spark refuses the graph; Lockstep with this code

    def batches(self):
        return max(len(entries) for entries in self.inputs.values())


def data(case, seen, failure):
    """The content of the case's .json file."""
    out = {"about": case.about, "partitions": case.partitions, "any_order": case.any_order,
           "yaml": bool(case.yaml), "inputs": case.inputs,
           "spark": {name: ordered(case, entries) for name, entries in seen.items()}}
    if failure:
        out["spark_fails"] = failure
    if case.differs:
        out["differs"] = case.differs
        out["lockstep"] = case.lockstep
    return json.loads(json.dumps(out))


def refusal(case, error):
    """The content of the .json file of a case that Spark refuses."""
    return {"about": case.about, "partitions": case.partitions, "any_order": False, "yaml": False,
            "inputs": case.inputs, "refused": case.refused,
            "spark_says": error.splitlines()[0]}


def ordered(case, entries):
    """Where Spark promises no order: keys in order of first sight; what one key has stays in its order."""
    if not case.any_order:
        return entries
    result = []
    for batch, elements in enumerate(entries):
        sight = first_sight(case, batch)
        result.append(elements and sorted(elements, key=lambda one: rank(sight, one)))
    return result


def rank(sight, element):
    key = json.dumps(element[0] if isinstance(element, list) and element else element)
    return (sight.get(key, len(sight)), key)


def first_sight(case, batch):
    """Place of each key (or whole element) in the batches that `batch` may show, the first input's first."""
    sight = {}
    for entries in case.inputs.values():
        for elements in entries[max(0, batch + 1 - case.window):batch + 1]:
            for one in elements if case.partitions == 1 else sum(elements, []):
                for shown in (one[0] if isinstance(one, (tuple, list)) else one, one):
                    sight.setdefault(json.dumps(shown), len(sight))
    return sight


def text(value):
    """The .json file: one line per batch."""
    lines = ["{"]
    for at, (name, entry) in enumerate(value.items()):
        end = "," if at + 1 < len(value) else ""
        if name not in ("inputs", "spark", "lockstep"):
            lines.append(f'  {json.dumps(name)}: {json.dumps(entry)}{end}')
            continue
        lines.append(f'  {json.dumps(name)}: {{')
        for index, (stream, batches) in enumerate(entry.items()):
            lines.append(f'    {json.dumps(stream)}: [')
            lines += [f'      {json.dumps(batch)}{"," if i + 1 < len(batches) else ""}'
                      for i, batch in enumerate(batches)]
            lines.append("    ]" + ("," if index + 1 < len(entry) else ""))
        lines.append("  }" + end)
    return "\n".join(lines + ["}", ""])


def yaml(case, value):
    """The .yaml file: the case's streams, and its data as one test."""
    dash = case.name.replace("_", "-")
    lines = ["# Written by tests/golden/spark/golden.py: what Spark does, as a test of Lockstep.",
             f"application: golden-{dash}", "batch: { interval: 1s }", 'kafka: { bootstrap: "unused:9092" }',
             "state: { dir: unused }", "streams:"]
    lines += [f"  {name}: {{ kafka: {{ topics: [{name}], key: string, value: json }} }}" for name in case.inputs]
    lines += ["  " + line if line else "" for line in case.yaml.strip("\n").split("\n")]
    expected = {name: value.get("lockstep", {}).get(name, entries) for name, entries in value["spark"].items()
                if f"\n{name}:" in "\n" + case.yaml}
    lines += ["outputs:"] + [f"  - {{ from: {name}, print: {{}} }}" for name in expected]
    lines += ["tests:", f"  - name: {json.dumps(case.about)}", "    batches:"]
    for batch in range(case.batches()):
        entry = {name: [record(one) for one in entries[batch]] if batch < len(entries) else []
                 for name, entries in value["inputs"].items()}
        lines.append(f"      - {json.dumps(entry)}")
    lines.append("    expect:")
    for name, entries in expected.items():
        lines.append(f"      {name}:")
        lines += [f"        - {json.dumps(shown(case, elements))}" for elements in entries]
    return "\n".join(lines) + "\n"


def record(element):
    """An element as a record: a pair has a key."""
    if isinstance(element, list):
        return {"key": element[0], "value": element[1]}
    return {"value": element}


def shown(case, elements):
    """The elements of a batch as `expect` takes them: a map where their order is free, else a list."""
    if not elements:
        return []
    if case.yaml_value:
        elements = [[key, case.yaml_value(value)] for key, value in elements]
    pairs = all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in elements)
    if case.any_order and pairs and len({one[0] for one in elements}) == len(elements):
        return dict(elements)
    return [record(one) for one in elements]
