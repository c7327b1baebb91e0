#pragma once

#include <string>

#include <lockstep/base/result.hpp>

#include "connectors/fetch/fetch_settings.hpp"
#include "connectors/kafka/client_settings.hpp"

namespace lockstep {

/// Which of the two readers an application takes, and why when `kafka.reader: auto` could not take
/// the native one.
struct ReaderChoice {
  bool native = false;
  std::string because;

  /// "native", "librdkafka, because kafka.security.protocol is ssl".
  [[nodiscard]] std::string toString() const;
};

/// E063 when `kafka.reader: native` is asked for where it cannot read.
[[nodiscard]] Result<ReaderChoice> chooseReader(const kafka::KafkaConnection& connection);

/// The native reader's settings: those of the connection, then what the user wrote.
[[nodiscard]] fetch::FetchSettings fetchSettings(const kafka::KafkaConnection& connection,
                                                 kafka::InputUse use);

}  // namespace lockstep
