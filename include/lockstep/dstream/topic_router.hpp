#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <lockstep/dstream/output_writer.hpp>

namespace lockstep::detail {

/// The records that one task writes to topics chosen record by record behind a literal prefix: an
/// OutputWriter for each topic that the batch has touched. Only topics that the cluster was seen to
/// have take records; anything else throws RecordError(kProduce), so a misspelled name never makes
/// a topic nor aborts a transaction. Looking a known topic up allocates nothing.
class TopicRouter {
 public:
  TopicRouter(std::string prefix, std::uint32_t order)
      : prefix_(std::move(prefix)), order_(order) {}

  void begin(Task& task);
  /// The writer of the topic `prefix` + `name`.
  OutputWriter& writer(std::string_view name) {
    const auto known = routes_.find(name);
    if (known != routes_.end() && known->second->batch == batch_) [[likely]]
      return known->second->writer;
    return open(name);
  }
  void mark();
  void rollback();
  void finish(Task& task);
  void abandon();

 private:
  struct Route {
    Route(std::string topic, std::uint32_t order) : writer(std::move(topic), order) {}
    OutputWriter writer;
    std::uint64_t batch = 0;  ///< the run that it was begun for
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  OutputWriter& open(std::string_view name);

  const std::string prefix_;
  const std::uint32_t order_;
  /// By what follows the prefix. Bounded by the topics that the cluster has.
  std::unordered_map<std::string, std::unique_ptr<Route>, Hash, std::equal_to<>> routes_;
  std::vector<OutputWriter*> open_;  ///< of this run, in order of first use
  Task* task_ = nullptr;
  std::uint64_t batch_ = 0;  ///< counts runs
};

}  // namespace lockstep::detail
