#!/usr/bin/env python3
"""Computes what Spark's streaming learners compute, in exact fractions where that is possible and by
another road than the C++ (whole matrices of numbers, no running model), for learners_test.cpp.

    python3 tests/unit/dstream/ml/reference.py > tests/unit/dstream/ml/reference.inc

K-means: Spark's StreamingKMeansModel.update. Regression: Spark's GradientDescent.runMiniBatchSGD
with LeastSquaresGradient and SimpleUpdater. Only the standard library is needed.
"""
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 40

BATCHES = [
    [(1.0, 1.5), (0.5, -0.25), (9.0, 8.0), (10.5, 9.25), (1.25, 0.75)],
    [(2.0, 2.0), (8.5, 9.5)],
    [],
    [(0.0, 0.125), (0.25, 0.5), (12.0, 11.0), (-3.0, 40.0)],
]
CENTERS = [(0.0, 0.0), (10.0, 10.0), (100.0, 100.0)]
WEIGHTS = [1.0, 2.0, 0.5]


def kmeans(decay, by_points):
    centers = [[Fraction(x) for x in c] for c in CENTERS]
    weights = [Fraction(w) for w in WEIGHTS]
    for batch in BATCHES:
        groups = {}
        for point in batch:
            point = [Fraction(x) for x in point]
            distances = [sum((a - b) ** 2 for a, b in zip(point, c)) for c in centers]
            groups.setdefault(distances.index(min(distances)), []).append(point)
        discount = decay ** len(batch) if by_points else decay
        weights = [w * discount for w in weights]
        for label, points in groups.items():
            # the weighted mean, as a definition says it
            total = weights[label] + len(points)
            centers[label] = [(weights[label] * centers[label][d] + sum(p[d] for p in points)) / total
                              for d in range(2)]
            weights[label] = total
        big, small = max(weights), min(weights)
        if small < Fraction(1, 10 ** 8) * big:
            b, s = weights.index(big), weights.index(small)
            weights[b] = weights[s] = (big + small) / 2
            hair = [Fraction(1, 10 ** 14) * max(abs(x), 1) for x in centers[b]]
            old = centers[b]
            centers[b] = [x + h for x, h in zip(old, hair)]
            centers[s] = [x - h for x, h in zip(old, hair)]
        yield [list(map(float, c)) for c in centers], list(map(float, weights))


LABELED = [
    [(3.1, (1.0, 1.0)), (4.9, (2.0, 1.0)), (7.2, (3.0, 1.0)), (0.8, (0.0, 1.0))],
    [(9.1, (4.0, 1.0)), (-1.2, (-1.0, 1.0))],
    [],
    [(2.0, (0.5, 1.0)), (5.1, (2.0, 1.0)), (6.0, (2.5, 1.0))],
]


def regression(step_size, iterations, tolerance):
    weights = [Decimal(0), Decimal(0)]
    step_size, tolerance = Decimal(step_size), Decimal(tolerance)
    for batch in LABELED:
        rows = [(Decimal(y), [Decimal(x) for x in xs]) for y, xs in batch]
        history = []
        for i in range(1, iterations + 1):
            if not rows:
                break
            gradient = [sum((sum(w * x for w, x in zip(weights, xs)) - y) * xs[d] for y, xs in rows)
                        / len(rows) for d in range(2)]
            weights = [w - step_size / Decimal(i).sqrt() * g for w, g in zip(weights, gradient)]
            history.append(weights)
            if len(history) > 1:
                moved = sum((a - b) ** 2 for a, b in zip(history[-2], history[-1])).sqrt()
                if moved < tolerance * max(sum(w * w for w in weights).sqrt(), Decimal(1)):
                    break
        yield list(map(float, weights)), len(history)


def braces(value):
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(braces(v) for v in value) + "}"
    return repr(value)


print("// Written by reference.py: do not edit.")
print("const std::vector<std::vector<MlVector>> kPoints =", braces(BATCHES) + ";")
print("const std::vector<MlVector> kCenters =", braces(CENTERS) + ";")
print("const std::vector<double> kWeights =", braces(WEIGHTS) + ";")
for name, decay, by_points in [("Keep", Fraction(1), False), ("Decay", Fraction(0.5), False),
                               ("DecayPoints", Fraction(0.75), True),
                               ("Forget", Fraction(0), False)]:
    print(f"const std::vector<KMeansModel> k{name} =", braces(list(kmeans(decay, by_points))) + ";")
print("const std::vector<std::vector<LabeledPoint>> kLabeled =", braces(LABELED) + ";")
for name, step, iterations, tolerance in [("Plain", 0.1, 50, 0.001), ("Long", 0.05, 200, 0.0)]:
    results = list(regression(step, iterations, tolerance))
    print(f"const std::vector<LinearModel> k{name} =", braces([[r[0]] for r in results]) + ";",
          "// steps:", [r[1] for r in results])
