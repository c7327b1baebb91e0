#include "connectors/memory/memory_kafka.hpp"

#include "connectors/memory/memory_cluster.hpp"
#include "connectors/memory/memory_input.hpp"
#include "connectors/memory/memory_output.hpp"

namespace lockstep::memory {

namespace {
class Outputs final : public TransactionalOutputFactory {
 public:
  Outputs(Connection connection, OutputOptions options)
      : connection_(connection), options_(std::move(options)) {}
  Result<std::unique_ptr<TransactionalOutput>> createOutput() override {
    return {std::make_unique<MemoryOutput>(connection_, options_)};
  }

 private:
  Connection connection_;
  OutputOptions options_;
};

class Inputs final : public InputFactory {
 public:
  Inputs(Connection connection, InputOptions options)
      : connection_(connection), options_(std::move(options)) {}
  Result<std::unique_ptr<Input>> createInput() override {
    return {std::make_unique<MemoryInput>(connection_, options_)};
  }

 private:
  Connection connection_;
  InputOptions options_;
};
}  // namespace

std::unique_ptr<TransactionalOutputFactory> MemoryKafka::outputs(OutputOptions options) {
  return std::make_unique<Outputs>(connect(), std::move(options));
}

std::unique_ptr<InputFactory> MemoryKafka::inputs(InputOptions options) {
  return std::make_unique<Inputs>(connect(), std::move(options));
}

std::unique_ptr<Cluster> MemoryKafka::cluster(std::string group) {
  return std::make_unique<MemoryCluster>(connect(), std::move(group));
}

}  // namespace lockstep::memory
