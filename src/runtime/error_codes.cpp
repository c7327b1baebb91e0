#include "src/runtime/error_codes.hpp"

namespace lockstep {
namespace {

constexpr ErrorText kErrors[] = {
    {"E261", "a folder of input files cannot be read",
     "`files.dir` does not exist, is no folder, or the application's user may not list it. Checked "
     "at the start; while the application runs it is tried again and again."},
    {"E262", "the rest of an input file is gone",
     "A part of the file was read, then it was deleted, cut or replaced under its name before the "
     "rest was. What was read is committed. Put the file back, or say `missing: skip` to go on "
     "without the rest. Files are moved away only when all of them was read."},
    {"E263", "a received record is too large",
     "A receiver stored a record of more than 900,000 bytes, which no topic takes."},
    {"E264", "a received record has no sequence",
     "The stream is sequenced, so every record says its source and its sequence: without them "
     "repeats cannot be told from new records."},
    {"E265", "an input without an end",
     "`--until-end` processes what is there and ends. Sockets, receivers and queues never end. "
     "Files do: those that are there at the start belong to it."},
    {"E266", "a position of a file cannot be read",
     "A record in the topic of positions was not written by this version or an older one."},
    {"E267", "an input file cannot be read any more",
     "Reading failed in the middle of a file. Nothing is lost: the next start goes on at the same "
     "byte."},
};

}  // namespace

std::span<const ErrorText> sourceErrors() { return kErrors; }

}  // namespace lockstep
