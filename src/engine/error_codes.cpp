#include "src/engine/error_codes.hpp"

namespace lockstep {
namespace {

constexpr ErrorText kErrors[] = {
    {"E201", "the broker does not answer",
     "The application could not start within `start_timeout`: no broker answered, or the "
     "transaction coordinator was not ready. Nothing was read and nothing was committed. Check "
     "`kafka.bootstrap`, the network and the brokers; starting again is safe."},
    {"E202", "another instance owns this application",
     "Every start writes a claim to the ledger. A claim or a batch newer than ours belongs to "
     "another process, so this one stops with nothing half done. Run one instance per "
     "application. The next start waits for a minute to see whether the other one still commits; "
     "`--takeover` skips the wait."},
    {"E203", "committed offset below the log start",
     "Retention deleted records that were not processed yet. Going on would lose them silently. "
     "Nothing was committed. `lockstep reset` sets a new start and says what to do with the "
     "state."},
    {"E204", "committed offset past the end of the log",
     "The log ends before the offset up to which it was processed: it was truncated (an unclean "
     "leader election), or the topic was deleted and created again. Records may be lost or "
     "numbered anew."},
    {"E205", "a topic was created anew",
     "The topic has another topic id than the one whose records were processed. Offsets of the "
     "old topic mean nothing in the new one."},
    {"E206", "a topic has fewer partitions than before",
     "Kafka never removes partitions: the topic was deleted and created again, or the broker "
     "answers for another cluster."},
    {"E207", "the ledger is missing or too short",
     "The ledger is the second witness of what was committed. It is absent, empty, or ends below "
     "its own committed offset, while offsets or state of the application exist."},
    {"E208", "a changelog is missing, was created anew, or was truncated",
     "The changelog holds the state. What the ledger knows of it is no longer there, so the state "
     "cannot be brought to the committed offsets."},
    {"E209", "committed offsets of another program",
     "The consumer group named like the application has committed offsets without Lockstep's "
     "metadata: another program uses the group, or somebody set the offsets by hand."},
    {"E210", "a ledger record cannot be read",
     "A record of the ledger is no JSON object of a version that this program knows: another "
     "program wrote to the topic, or a newer version of Lockstep did. The ledger is never guessed; "
     "run the version that wrote it."},
    {"E211", "a topic does not exist",
     "An input or output topic is missing. Lockstep creates its internal topics only."},
    {"E212", "committed offsets disagree with each other",
     "All offsets of a batch are committed in one transaction, so they carry one batch id. A mix "
     "means that somebody moved offsets by hand, or that a transaction was torn. Nothing was "
     "committed; `lockstep audit` shows which batches are whole."},
    {"E213", "the last batch lies in the future",
     "The last recorded batch time is more than an hour ahead of this machine's clock. Batch times "
     "never go back, so every batch would carry a wrong time. Set the clock right."},
    {"E214", "no position to start from",
     "The input says `start: stop` and has no committed position."},
    {"E215", "an open plan belongs to another graph",
     "A batch with side effects was planned, and perhaps carried out in part, before the process "
     "died. It has to run again with exactly its ranges, but the graph has changed since."},
    {"E216", "the broker refuses the output of a batch",
     "The batch was aborted again and again with the same refusal, down to a single record. "
     "Nothing "
     "of it was committed."},
    {"E217", "a planned batch cannot be carried out",
     "A batch whose plan is committed (a graph with side effects) cannot be made smaller, because "
     "a "
     "re-run has to have the same content."},
    {"E218", "transactions take too long",
     "A transaction was open for half of `kafka.transaction_timeout` although its batch has no "
     "input left to halve. The broker would abort it and fence the process."},
    {"E219", "a batch outgrows its memory",
     "The batch was cut down to a single record and still makes more output than "
     "`output.queue_bytes_max` holds, or shuffles more than a quarter of `state.memory_limit`."},
    {"E220", "too many producers were lost",
     "The producer was fenced or died again and again although no other instance "
     "owns the application. Restarting is safe and gives it a new budget."},
    {"E221", "local state without committed offsets",
     "`state.dir` holds state of an application that has neither offsets nor a ledger: the "
     "cluster is another one, or its topics were deleted."},
    {"E222", "a batch changes more state than memory may hold",
     "Until a batch is decided, memory holds every key that it touched twice: as it is, and as it "
     "was. That may take a quarter of `state.memory_limit`. A batch that needs more is run again "
     "with half its input; this one has a single record left, or none (a visit of all keys, as "
     "`updateStateByKey` without `visit: touched` does when a tick closes), or its plan is "
     "committed already. Nothing of it was sent."},
    {"E223", "partitions changed their owner",
     "Input partitions or shards were granted to, or taken from, an instance that was running. In "
     "this version an instance owns the same partitions from its start to its end; after a restart "
     "it goes on with what belongs to it then."},
    {"E260", "what a receiver keeps is gone",
     "A receiver or file reader keeps what it has received in a topic of its own, and a file "
     "reader "
     "the files that it has read in another. The ledger lists the topic, but it was deleted or "
     "made "
     "anew: records that were acknowledged would be missing, or files read twice."},
};

}  // namespace

std::span<const ErrorText> engineErrors() { return kErrors; }

}  // namespace lockstep
