#pragma once

#include <set>
#include <string>

#include <lockstep/model/cluster.hpp>

#include "src/config/model.hpp"

namespace lockstep::cli {

/// The application as `try` and `test` feed it: streams that read folders, sockets or whatever
/// topics match a pattern read one topic each instead, which records are put into by the stream's
/// name. Their formats stay.
[[nodiscard]] config::ApplicationConfig fedByHand(config::ApplicationConfig application);

/// The topics that records are put into.
[[nodiscard]] std::set<std::string> fedTopics(const config::ApplicationConfig& application);
/// One of them, to be made: what an interval brings comes as one batch, however large it is.
[[nodiscard]] NewTopic newFedTopic(const std::string& topic);

}  // namespace lockstep::cli
