#pragma once

#include "src/config/codes.hpp"

// The texts behind the codes of files and expressions, sorted. Only codes.cpp includes this.

namespace lockstep::config {

inline constexpr ErrorText kCodeRows[] = {
    {"E001", "not valid YAML",
     "The parser gave up at the place shown. It often notices a mistake late: when a bracket or "
     "quote is still open,\nits place is shown too. Texts that begin with a quote or hold one of "
     "`, [ ] { } # :` are written in single quotes."},
    {"E002", "the file cannot be read",
     "There is no such file, or it may not be read. Exit code 66."},
    {"E003", "a key stands twice",
     "One of two equal keys in a map would be ignored silently. Keep the one that is meant."},
    {"E004", "a scalar that readers of YAML understand differently",
     "`yes`, `no`, `on`, `off` are booleans to some readers and texts to others; `017` is fifteen "
     "or "
     "seventeen. Write\n`true`, `false`, a number without leading zeros, or quote the text."},
    {"E005", "a substitution failed",
     "`${env:NAME}` names a variable that is not set, or `${file:/path}` a file that cannot be "
     "read. "
     "`${env:NAME:-default}`\ngives a default, `${env:NAME:?message}` a message of your own. `$$` "
     "is "
     "a dollar sign."},
    {"E006", "not a duration or a size",
     "Durations are a whole number and one of us, ms, s, m, h, d; sizes a whole number and one of "
     "B, "
     "KiB, MiB, GiB, TiB, KB,\nMB, GB, TB. A bare number is refused: it would be read as seconds "
     "by "
     "one person and as milliseconds by the next."},
    {"E007", "beyond what a file may hold",
     "At most 1 MiB, 64 levels, 100,000 values with aliases written out, one document, no tags. "
     "The "
     "limits keep a damaged or\nhostile file from using up memory."},
    {"E008", "a map, list or text was expected",
     "The value has another shape than its key needs. Often the indentation is off by one level, "
     "or a "
     "`- ` is missing."},
    {"E009", "something required is missing",
     "The setting, key or option has no default. See configuration.md for all of them."},
    {"E010", "unknown key",
     "Nothing reads this key, so it would have no effect. Usually a typing error, or a key at the "
     "wrong level."},
    {"E011", "not one of the allowed values",
     "The key takes one of a few names; the message lists them."},
    {"E012", "unknown operator",
     "A step is a map with one operator in Spark's spelling, such as `reduceByKey`. "
     "configuration.md "
     "lists them."},
    {"E013", "not in this version",
     "The name is known and planned, but this version does not have it. It is refused rather than "
     "ignored."},
    {"E014", "not a legal value", "The text does not have the form that its key needs."},
    {"E015", "no effect here",
     "The key is known, but where it stands nothing reads it: `parallelism` where nothing is "
     "grouped by key, `initial` with\na named `update`, a user name without SASL, `functions` in "
     "the "
     "settings of a C++ program. It is refused rather than\nignored."},
    {"E016", "--set cannot be applied",
     "`--set path=value` takes the path of a key as in `batch.interval`, "
     "`streams.lines.kafka.topics` "
     "or `outputs.0.print.limit`."},
    {"E017", "two starts of one topic",
     "Two streams read the topic, and each says another `start`. A topic has one committed "
     "position, "
     "and begins at one place."},
    {"E018", "not a legal name",
     "The application's name and topics follow Kafka's rules for topics: letters, digits, `.`, "
     "`_`, "
     "`-`. Stream names and ids\nhave letters, digits, `_` and `-`."},
    {"E019", "No output operations",
     "Only what an output needs is computed. Without outputs nothing would be read at all."},
    {"E020", "an expression cannot be compiled",
     "It is no Lua 5.4 expression, or uses a name that does not exist in this step. The variables "
     "are `key value topic\n"
     "partition offset timestamp headers batch_time`, in state functions `values state key`, in "
     "reductions `a b`."},
    {"E021", "a pattern or an argument is wrong",
     "A helper was called with a pattern that RE2 does not accept, or with arguments that it does "
     "not take."},
    {"E022", "unknown stream",
     "`from`, `union`, an output or a test names a stream or id that the file does not declare."},
    {"E023", "unknown format",
     "Keys and values are `string`, `bytes`, `long`, `double` or `json`."},
    {"E024", "an id is used twice",
     "The id is the identity of a state: of its changelog topic and its part of the state folder."},
    {"E025", "a topic stands twice",
     "A topic stands twice in one list, or is named by one stream and matches the pattern of "
     "another. Several streams may name the\nsame topic; a pattern leaves out none of what it "
     "matches, so narrow it."},
    {"E026", "a reserved topic",
     "The application keeps its ledger, changelogs and write-ahead logs in topics that begin with "
     "its "
     "name; topics that begin\nwith `__` belong to Kafka. Reading or writing them would break "
     "recovery."},
    {"E028", "streams read each other in a circle",
     "A stream cannot need its own records of the same batch. A loop over batches goes through a "
     "topic, or is a state."},
    {"E030", "YAML cut the expression",
     "In `{ }` a comma ends a value, `#` after a blank begins a comment, a leading quote, `[` or "
     "`{` "
     "begins something else\nthan an expression. Write the expression in single quotes: `reduce: "
     "'max(a, b)'`. Quotes of YAML are not part of the\nexpression: `'\"paid\"'` is the text, "
     "`paid` "
     "a variable."},
    {"E031", "out of range",
     "The number, duration or size lies outside what is allowed, or does not fit another setting: "
     "window and slide are whole\nmultiples of the batch interval."},
    {"E032", "different slides",
     "A windowed stream has elements at multiples of its slide only. A union or a join of two "
     "streams needs both in the same\nbatches: give their windows the same slide, also a stream "
     "without a window one of the batch interval."},
    {"E033", "two outputs write the same files",
     "A file is written by one output: give one of the two another `name` or `suffix`."},
    {"E034", "no event time",
     "A window in event time needs to know when its records happened: `assignTimestamps` says so, "
     "and gives the stream its\nwatermark. Times are kept by map, filter and flatMap; behind a "
     "shuffle or a window there are none. A union keeps them\nwhere its streams come from one "
     "`assignTimestamps`; else put it behind the union, where it waits for all partitions of all\n"
     "its streams."},
    {"E035", "a table's file cannot be used",
     "The file of `table: { file: ... }` is missing, is not the CSV or JSON that it should be, or "
     "has no such column as `key`\nnames. While an application runs, a new version that cannot be "
     "used is reported, and the old one stays."},
    {"E036", "a query cannot be used",
     "The query of `sql` is one `select` over the table `batch`, in SQLite's language. Other "
     "tables "
     "and statements, `random()` and\nthe clock are refused: a batch that runs again has to give "
     "the same."},
    {"E037", "a table is no stream",
     "A table is what records are looked up in: it has no records of its own to pass on. `join: { "
     "stream, table }` looks a\nstream's records up in it, a `model` step reads its coefficients "
     "from a table of a file. Everything else needs a stream."},
    {"E040", "state without state.dir",
     "Operators with state write checkpoints to `state.dir`, so that a restart does not have to "
     "read "
     "the whole changelog."},
    {"E041", "updateStateByKey without emit",
     "`emit: changed` passes on the keys whose state changed, `emit: all` every known key in every "
     "batch, as Spark does. The\nsecond can be a thousand times as much output, so it has to be "
     "written."},
    {"E042", "state without an id",
     "The id names the state's changelog topic and its part of the state folder. With it, steps "
     "can be "
     "added and moved without\nlosing the state; it must not change later."},
    {"E050", "dead letters without a topic",
     "`dead_letter` writes bad records to `errors.dead_letter_topic`, in the same transaction as "
     "the "
     "outputs."},
    {"E061", "a client key that carries the guarantee",
     "librdkafka keys such as `enable.idempotence`, `isolation.level` or `transactional.id` decide "
     "whether exactly once holds\nbetween input and output topics; others have a setting of their "
     "own. Neither can be set in `kafka.client`."},
    {"E062", "unknown client key",
     "`kafka.client` passes on the librdkafka keys that configuration.md lists as allowed, and no "
     "others."},
    {"E063", "a reader that cannot read here",
     "The native reader speaks to brokers without TLS and login, and knows the keys of "
     "`kafka.client` that concern fetching,\nconnecting and metadata. `reader: auto` takes it "
     "where it can, and librdkafka elsewhere; `lockstep explain FILE`\nsays which."},
    {"E070", "too late, or too early, for a context",
     "A StreamingContext is built, started once and stopped once. Inputs, steps and outputs are "
     "added before the start; a stopped\ncontext stays stopped: make a new one with a new graph."},
    {"E071", "waiting for what was not started",
     "awaitTermination() on a context without start() would wait for ever."},
    {"E072", "a slice of what is not remembered",
     "slice() gives whole times of a stream that remember() keeps: those of the last `duration` "
     "that this process has committed."},
    {"E073", "an accumulator in the wrong place",
     "Functions of steps and of foreachRDD add to accumulators; steps cannot read them, since "
     "other "
     "tasks still add."},
    {"W022", "a stream that no output needs",
     "Only what an output needs is computed; this stream is not."},
    {"W023", "a function that nothing calls",
     "`functions` declares it, and no expression names it."},
    {"W027", "the application reads what it writes",
     "Every output record comes back as input. That can be meant (a loop over batches), and never "
     "ends "
     "when it is not."},
    {"W032", "keys that stay for ever",
     "A window with an inverse keeps every key it ever saw, at the value that the inverse leaves "
     "(0), as Spark does. `drop_empty: true`\nforgets a key when its last value has left the "
     "window; `filter: value ~= 0` hides it, and forgets it then. Write one of them, or\n"
     "`drop_empty: false` if the zeros are meant."},
    {"W033", "an inverse that does not undo its reduce",
     "A window with an inverse adds what comes and takes off what leaves, so inverse(reduce(a, b), "
     "b) has to be a, and reduce(a, b)\nthe same as reduce(b, a). Both were tried on sample values "
     "and at least one pair shows that it is not so: results of the window\nwould be wrong. "
     "Without "
     "`inverse` any associative reduce is right."},
    {"W050", "a dead-letter topic that nothing writes",
     "`errors.dead_letter_topic` is set, and `decode`, `eval` and `produce` all say `stop`."},
    {"W060", "print weakens the guarantee",
     "Exactly once holds between input topics and output topics. `print` shows a batch after its "
     "commit: after a crash in between\nits records are not shown again."},
    {"W061", "at least once",
     "With `guarantee: at_least_once` outputs, changelog and ledger are acknowledged by Kafka "
     "before "
     "the input offsets are\ncommitted, without a transaction. A crash in between makes the next "
     "start process the same input again: output records come\ntwice, and counts and sums grow "
     "twice. Two instances at the same time double everything and can lose state: the one that\n"
     "finds the other's claim stops with E202, but nothing keeps either from writing before that."},
    {"W062", "received records in memory only",
     "With `safety: ignore` what a socket or receiver has delivered waits in memory for its batch. "
     "A crash loses it, and nobody sends\nit again. `safety: log`, the default, writes it to a "
     "topic of the application first."},
    {"W063", "very small blocks",
     "Every block of a receiver is a transaction of its own, with a few requests to the brokers. "
     "Below 50 ms these cost more than\nthe records."},
};

}  // namespace lockstep::config
