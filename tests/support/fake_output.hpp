#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <lockstep/ports/transactional_output.hpp>

namespace lockstep::test {

/// What a FakeOutput did and showed; outlives the producers that write to it.
struct FakeOutputLog {
  std::vector<std::string> calls;    ///< "begin", "append out/0", "commit", "abort", ...
  std::vector<std::string> visible;  ///< values that committed transactions showed, in order
  std::vector<PartitionOffset> committed;
  std::string metadata;
  std::deque<Status> next_init;    ///< answers in order; ok when empty
  std::deque<Status> next_append;  ///< each error takes no record
  std::deque<Status> next_commit;
  std::deque<Status> next_abort;
  bool dirty = false;
};

/// TransactionalOutput without a broker: records are visible only after a successful commit(), and
/// every call answers what the test laid out.
class FakeOutput final : public TransactionalOutput {
 public:
  explicit FakeOutput(std::shared_ptr<FakeOutputLog> log) : log_(std::move(log)) {
    log_->calls.push_back("create");
  }
  ~FakeOutput() override { log_->calls.push_back("destroy"); }

  Status init(std::chrono::milliseconds /*timeout*/) override {
    return answer("init", log_->next_init);
  }
  Status begin() override {
    pending_.clear();
    log_->calls.push_back("begin");
    return {};
  }
  Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                Deadline /*deadline*/, std::size_t& appended) override {
    LOCKSTEP_TRY(answer("append " + toString(target), log_->next_append));
    for (const auto& record : records) pending_.emplace_back(record.value.value_or("<null>"));
    appended += records.size();
    return {};
  }
  Status commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                std::chrono::milliseconds /*timeout*/) override {
    LOCKSTEP_TRY(answer("commit", log_->next_commit));
    std::move(pending_.begin(), pending_.end(), std::back_inserter(log_->visible));
    pending_.clear();
    log_->committed.assign(consumed.begin(), consumed.end());
    log_->metadata = metadata;
    return {};
  }
  Status abort(std::chrono::milliseconds /*timeout*/) override {
    LOCKSTEP_TRY(answer("abort", log_->next_abort));
    pending_.clear();
    log_->dirty = true;
    return {};
  }
  bool dirty() const override { return log_->dirty; }

 private:
  Status answer(std::string call, std::deque<Status>& answers) {
    log_->calls.push_back(std::move(call));
    if (answers.empty()) return {};
    auto status = answers.front();
    answers.pop_front();
    return status;
  }

  std::shared_ptr<FakeOutputLog> log_;
  std::vector<std::string> pending_;
};

class FakeOutputFactory final : public TransactionalOutputFactory {
 public:
  Result<std::unique_ptr<TransactionalOutput>> createOutput() override {
    return std::unique_ptr<TransactionalOutput>(std::make_unique<FakeOutput>(log));
  }
  std::shared_ptr<FakeOutputLog> log = std::make_shared<FakeOutputLog>();
};

}  // namespace lockstep::test
