#pragma once

#include "connectors/kafka/kafka_connection.hpp"
#include "src/config/model.hpp"
#include "src/pipeline/pipeline_builder.hpp"
#include "src/runtime/application.hpp"

namespace lockstep {

/// What the command line adds to a file.
struct RunOptions {
  bool until_end = false;
  bool takeover = false;
  bool accept_changed_plan = false;
  bool flush = false;  ///< with until_end
};

/// The connection that the file's `kafka:` describes.
[[nodiscard]] kafka::KafkaConnection connectionOf(const config::ApplicationConfig& application);

/// The application that a file and its graph describe, with a fresh random nonce.
[[nodiscard]] ApplicationSpec specOf(const config::ApplicationConfig& application,
                                     std::shared_ptr<DStreamGraph> graph,
                                     const RunOptions& options);

}  // namespace lockstep
