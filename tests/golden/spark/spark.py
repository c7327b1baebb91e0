"""Runs one case in PySpark: every entry of an input is exactly one batch, on a clock that is moved by hand.

The first batch has the time 1000 ms, as in Spark's own tests; what an output's RDD holds is kept per batch, and
None where the batch has no RDD at all (between two ends of a window).
"""
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import pyspark
from pyspark import SparkConf, SparkContext
from pyspark.streaming import StreamingContext

INTERVAL = 1  # seconds


def context():
    """One for all cases, which also has Jvm.java. A single thread: order within a partition is then order of arrival."""
    here = Path(__file__).resolve().parent
    classes = tempfile.mkdtemp(prefix="golden-spark-")
    jars = Path(pyspark.__file__).parent / "jars"
    subprocess.run(["javac", "-nowarn", "-cp", f"{jars}/*", "-d", classes, str(here / "Jvm.java")], check=True)
    os.environ["PYTHONPATH"] = str(here)  # for the workers, too
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    conf = (SparkConf().setMaster("local[1]").setAppName("golden")
            .set("spark.streaming.clock", "org.apache.spark.util.ManualClock")
            .set("spark.default.parallelism", "1").set("spark.driver.extraClassPath", classes).set("spark.ui.enabled", "false")
            .set("spark.ui.showConsoleProgress", "false"))
    spark = SparkContext(conf=conf)
    spark.setLogLevel("ERROR")
    return spark


def plain(value):
    """What JSON can hold: tuples and groups become lists."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return [plain(one) for one in value]


def run(spark, case):
    """The outputs of `case`, per name a list with one entry per batch, and the error that ended the run."""
    if case.spark is None:
        return json.loads(spark._jvm.Jvm.run(spark._jvm.JavaSparkContext(spark._jsc.sc()),
                                             tempfile.mkdtemp(prefix="golden-spark-"), case.name,
                                             json.dumps(case.inputs), case.batches()))
    ssc = StreamingContext(spark, INTERVAL)
    try:
        return drive(spark, ssc, case), None
    finally:
        ssc.stop(stopSparkContext=False, stopGraceFully=False)


def drive(spark, ssc, case):
    ssc.checkpoint(tempfile.mkdtemp(prefix="golden-spark-"))
    batches = case.batches()
    inputs = {name: ssc.queueStream(
        [partitioned(spark, batch, case.partitions) for batch in entries],
        default=spark.parallelize([], case.partitions)) for name, entries in case.inputs.items()}
    seen = {}
    for name, stream in case.spark(inputs).items():
        seen[name] = [None] * batches
        stream.foreachRDD(lambda at, rdd, name=name: keep(seen[name], at, rdd, case.partitions))
    done = []
    ssc.queueStream([], default=spark.parallelize([], 1)).foreachRDD(lambda at, _: done.append(at))
    ssc.start()
    clock = ssc._jssc.ssc().scheduler().clock()
    for batch in range(batches):
        clock.advance(1000 * INTERVAL)
        deadline = time.monotonic() + 60
        while len(done) <= batch:  # the last output of the batch
            if time.monotonic() > deadline:
                raise RuntimeError(f"{case.name}: batch {batch + 1} does not end")
            ssc.awaitTerminationOrTimeout(0.005)  # throws what failed
    return seen


def partitioned(spark, batch, partitions):
    """`batch` is a list of elements, or of lists of elements where the case has several partitions."""
    parts = [batch] if partitions == 1 else batch
    indexed = spark.parallelize(list(enumerate(parts)), partitions)
    return indexed.flatMap(lambda part: part[1])


def keep(entries, at, rdd, partitions):
    batch = round(at.timestamp() / INTERVAL) - 1
    entries[batch] = [plain(one) for one in rdd.collect()]
