#include "src/dstream/error_codes.hpp"

namespace lockstep {
namespace {

constexpr ErrorText kErrors[] = {
    {"E301", "a bad record",
     "The record does not fit the stream's formats, an expression failed on it, or the broker "
     "would refuse what was made of it, and `errors` says `stop` for that cause. The message names "
     "topic, partition, offset, step and cause. Nothing of the batch was committed. Correct the "
     "step or the producer, or write such records to a topic: `errors.decode`, `errors.eval`, "
     "`errors.produce: dead_letter`."},
    {"E302", "a side effect failed",
     "The function of `foreachRDD` threw. Nothing of the batch was committed; after a restart it "
     "runs again with the same id, time and content."},
    {"E303", "a function over a whole batch failed",
     "The function of `transform`, `transformWith` or `mapPartitions` threw, or an accumulator's "
     "`merge`. It sees a batch or a "
     "partition at once, so no single record can be set aside. Nothing of the batch was committed; "
     "after a restart it runs again. Catch in the function what it can live with."},
    {"E307", "standard output cannot be written", "`print` found standard output closed or full."},
    {"E320", "a file cannot be written",
     "The disk is full, or the folder of an output of files cannot be written or synced; the "
     "message names the path. Exit code 74. What is committed is complete: files of committed "
     "batches are prepared and get their names at the next start, the others are written anew."},
    {"E321", "a file of a committed batch is missing",
     "The last committed batch wrote this file, and it is neither prepared nor shown, nor was it "
     "ever about to be shown: the disk is another one, or somebody emptied the folder "
     "`.APPLICATION.prepared`. Nothing runs, so nothing more is lost. Bring the disk back; or make "
     "an empty file of that name, which says that its records may be missing. Files that were "
     "shown may be moved and removed at any time."},
    {"E390", "a task failed",
     "An exception that is no record's fault came out of a step: memory ran out, or there is a "
     "bug. Nothing of the batch was committed."},
};

}  // namespace

std::span<const ErrorText> recordErrors() { return kErrors; }

}  // namespace lockstep
