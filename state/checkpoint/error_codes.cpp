#include "state/checkpoint/error_codes.hpp"

namespace lockstep {
namespace {

constexpr ErrorText kErrors[] = {
    {"E230", "state and committed offsets disagree",
     "The checkpoint in `state.dir` stands for the same batch as the ledger, but for other input "
     "offsets; or there is state although nothing was ever committed. Somebody moved offsets, or "
     "the ledger or the cluster is another one. `lockstep reset` moves offsets, state and ledger "
     "together."},
    {"E231", "the state was written by another operator",
     "State is read by an operator of the same kind, with the same types of key and value, the "
     "same built-in reduction and the same parallelism. The message names the first difference. "
     "Change it back, or give the operator a new id: it starts with empty state then."},
    {"E232", "parallelism differs from the changelog's",
     "An operator's state has as many shards as its changelog has partitions; the number is "
     "pinned at the first start. Set `parallelism` to it, or give the operator a new id."},
    {"E233", "a changelog record cannot be read",
     "The record at that offset has no key, or its value begins with an unknown version. Another "
     "program wrote to the topic, or a newer version of Lockstep did."},
    {"E234", "a stored value cannot be read",
     "The bytes of a state value, or of a key, are not what expressions write: another program "
     "wrote to the changelog, or the state belongs to a C++ program. Give the operator a new id, "
     "or run the program that wrote it."},
    {"E701", "the state folder cannot be written",
     "The disk is full or fails. The checkpoint on the disk is still good: what it lacks is in the "
     "changelog. With a new folder, everything comes from the changelog."},
    {"E702", "the state folder is in use",
     "Another process has the database open. One application has one `state.dir`, and one "
     "instance."},
    {"E703", "the state folder cannot be used",
     "It cannot be made, entered or written by the user that runs Lockstep, or the path is not a "
     "folder."},
    {"E704", "the state folder cannot be read",
     "Keys that memory had no room for could not be read back from the checkpoint: its files are "
     "damaged. Nothing of it was sent. Delete the folder: the next start builds the state from the "
     "changelog."},
};

}  // namespace

std::span<const ErrorText> stateErrors() { return kErrors; }

}  // namespace lockstep
