#pragma once

#include <string_view>

#include <librdkafka/rdkafka.h>

#include <lockstep/base/status.hpp>

namespace lockstep::kafka {

/// The one place that turns librdkafka's error codes into ours: reaction, code, exit code, message
/// and remedy come from a table by error code; a code outside the table is fatal.
/// `place` names what was asked ("orders/7", "commit"); `detail` is the client's own text or "".
[[nodiscard]] Status toStatus(rd_kafka_resp_err_t error, std::string_view place,
                              std::string_view detail = {});

/// The same for errors of the transactional calls, which carry their own reaction. Takes the error.
/// Null gives success.
[[nodiscard]] Status takeError(rd_kafka_error_t* error, std::string_view place);

/// A record that was not delivered: the transaction is lost, whatever the cause was, unless the
/// cause stops the application (permissions).
[[nodiscard]] Status deliveryStatus(rd_kafka_resp_err_t error, std::string_view place);

}  // namespace lockstep::kafka
