#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/model/batch_plan.hpp>
#include <lockstep/model/record.hpp>

#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// Graph::kEventTime: sliding windows with lateness, sessions, and a process with timers of both
/// times, over one watermark. All write to the output topic; late records are dead letters.
void eventTimeGraph(const DStream<RecordView>& input, const Options& options);

/// The same over plain maps: every element is kept, every window is summed anew.
class EventTimeOracle {
 public:
  explicit EventTimeOracle(const Options& options);

  struct Element {
    std::string key;
    std::string value;
  };
  struct Result {
    std::vector<Element> outputs;
    std::vector<std::string> late;
  };
  /// `input`: by range of the plan.
  [[nodiscard]] Result batch(const std::vector<std::vector<Element>>& input, const BatchPlan& plan);

 private:
  using Ms = std::int64_t;
  struct Partition {
    std::optional<Ms> greatest;
    Ms active = 0;
  };
  struct Session {
    Ms start, end;
    std::int64_t sum;
  };
  void moveWatermark(const std::vector<std::vector<Element>>& input, const BatchPlan& plan);
  void slide(const std::vector<std::vector<Element>>& input, Result& result);
  void addToSessions(const Element& element, Result& result);
  void endSessions(Result& result);
  void ring(std::set<std::pair<Ms, std::string>>& timers, Ms through, const char* mark,
            Result& result);

  const Ms idle_after_;
  const Ms ahead_;
  std::map<TopicPartition, Partition> partitions_;
  std::optional<Ms> before_;
  std::optional<Ms> now_;
  struct Timed {
    Ms time;
    std::string key;
    std::int64_t amount;
  };
  std::vector<Timed> elements_;
  std::map<std::string, std::vector<Session>> sessions_;
  std::map<std::string, std::int64_t> counts_;
  std::set<std::pair<Ms, std::string>> event_timers_, batch_timers_;
};

}  // namespace lockstep::sim
