#pragma once

#include "src/config/model.hpp"

namespace lockstep::cli {

/// The application as `try` and `test` feed it: streams that read folders, sockets or whatever
/// topics match a pattern read one topic each instead, which records are put into by the stream's
/// name. Their formats stay.
[[nodiscard]] config::ApplicationConfig fedByHand(config::ApplicationConfig application);

}  // namespace lockstep::cli
