#include <string_view>

#include "bench/programs/bound/work.hpp"

namespace bench {
namespace {

template <bool kFiltered>
class CopyWork final : public Work {
 public:
  explicit CopyWork(const Outputs& outputs) : out_(outputs) {}

  void records(std::span<rd_kafka_message_t* const> messages) override {
    int partition = -1;
    for (const rd_kafka_message_t* message : messages) {
      if (kFiltered && !passes(*message)) continue;
      if (message->partition != partition || out_.sender->full()) {
        if (partition >= 0) out_.sender->send(out_.output, partition);
        partition = message->partition;
      }
      rd_kafka_message_t& copy = out_.sender->next();
      copy = *message;
      copy._private = nullptr;
    }
    if (partition >= 0) out_.sender->send(out_.output, partition);
  }

 private:
  static bool passes(const rd_kafka_message_t& message) {
    return std::string_view(static_cast<const char*>(message.key), message.key_len) > kFilterBound;
  }
  const Outputs out_;
};

class ConsumeWork final : public Work {
 public:
  void records(std::span<rd_kafka_message_t* const>) override {}
};

}  // namespace

std::unique_ptr<Work> makeCopy(const Outputs& outputs) {
  return std::make_unique<CopyWork<false>>(outputs);
}
std::unique_ptr<Work> makeFilter(const Outputs& outputs) {
  return std::make_unique<CopyWork<true>>(outputs);
}
std::unique_ptr<Work> makeConsume() { return std::make_unique<ConsumeWork>(); }

}  // namespace bench
