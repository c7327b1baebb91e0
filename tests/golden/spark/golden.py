"""Writes what Spark does, case by case, to data/ (see README.md), or with --check compares it with what is there.

usage: golden.py [--check] [CASE...]
"""
import sys
from pathlib import Path

import case as form
import spark as sparks
from cases import CASES

DATA = Path(__file__).resolve().parent / "data"


def files(spark, one):
    """The content of the case's files, by name."""
    if one.refused:
        try:
            sparks.run(spark, one)
        except Exception as error:  # whatever the gateway wraps it in
            value = form.refusal(one, str(error))
        else:
            raise RuntimeError(f"{one.name}: Spark accepts it")
    else:
        seen, failure = sparks.run(spark, one)
        if bool(failure) != one.fails:
            raise RuntimeError(f"{one.name}: {failure or 'did not fail'}")
        value = form.data(one, seen, failure)
    result = {f"{one.name}.json": form.text(value)}
    if one.yaml:
        result[f"{one.name}.yaml"] = form.yaml(one, value)
    return result


def main(arguments):
    check = "--check" in arguments
    wanted = [name for name in arguments if name != "--check"]
    unknown = set(wanted) - {one.name for one in CASES}
    if unknown:
        sys.exit(f"golden.py: no case {', '.join(sorted(unknown))}")
    spark = sparks.context()
    DATA.mkdir(exist_ok=True)
    written, wrong = set(), []
    for one in CASES:
        if wanted and one.name not in wanted:
            continue
        for name, content in files(spark, one).items():
            written.add(name)
            path = DATA / name
            same = path.exists() and path.read_text() == content
            if not same:
                wrong.append(name)
                if not check:
                    path.write_text(content)
    spark.stop()
    if not wanted:
        for stray in sorted({path.name for path in DATA.iterdir()} - written):
            wrong.append(stray)
            if not check:
                (DATA / stray).unlink()
    word = "differ" if check else "written"
    print(f"{len(written)} files, {len(wrong)} {word}" + (": " if wrong else "") + ", ".join(wrong))
    return 1 if check and wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
