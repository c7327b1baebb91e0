#include <lockstep/model/broker_errors.hpp>

#include <string>

#include <fmt/format.h>

namespace lockstep {

Status offsetOutOfRange(const PartitionOffset& wanted, Offset log_start, Offset log_end) {
  const auto next = wanted.next.value();
  const bool below = wanted.next < log_start;
  std::string message =
      below ? fmt::format("{}: offset {} is below the log start {}; {} records are gone",
                          toString(wanted.partition), next, log_start.value(),
                          log_start.value() - next)
            : fmt::format("{}: offset {} lies past the log's end {}: the log was truncated",
                          toString(wanted.partition), next, log_end.value());
  return Status::fatal(ExitCode::kData, below ? "E203" : "E204",
                       message + ". Nothing was committed.", broker_help::kOffset);
}

}  // namespace lockstep
