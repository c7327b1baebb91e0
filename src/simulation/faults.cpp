#include "src/simulation/faults.hpp"

namespace lockstep::sim {
namespace {

constexpr std::array<std::string_view, kFaults> kFaultNames{
    "lost-requests", "lost-replies", "disconnects",     "late-requests", "duplicates",
    "slow-replies",  "slow-markers", "outages",         "crashes",       "pauses",
    "zombies",       "rivals",       "restarts",        "disk-errors",   "torn-disk",
    "lost-disk",     "compaction",   "aborted-input",   "growth",        "expired-offsets",
    "takeovers",     "failover",     "recreated-input", "deleted-input", "retention"};

}  // namespace

std::string_view toString(Fault fault) { return kFaultNames.at(static_cast<std::size_t>(fault)); }

}  // namespace lockstep::sim
