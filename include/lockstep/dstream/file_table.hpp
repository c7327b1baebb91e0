#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/narrow.hpp>
#include <lockstep/rdd/batch_file.hpp>

namespace lockstep {

namespace detail {

/// A warning: a new version cannot be used, the old one stays.
void reportKept(const std::string& file, const Status& why);

/// Reads a file again when it seems to have changed: another size or time of change.
/// Thread: one at a time.
class WatchedFile {
 public:
  explicit WatchedFile(std::string path) : path_(std::move(path)) {}
  /// Nothing when it is as it was at the last call. Fails (kRetry) when it cannot be read.
  [[nodiscard]] Result<std::optional<std::string>> readIfChanged();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_;
  std::optional<std::pair<std::int64_t, std::uintmax_t>> seen_;  ///< time of change, size
};

}  // namespace detail

/// A table of rows V by a text key, loaded from a file and loaded again when the file changes. One
/// copy serves all tasks. A new version is taken between two batches: all tasks of a batch see the
/// same, and so does the batch when it is run again in this process. In another process, after a
/// crash, it sees the file as it is then. A new version that cannot be used is reported in the log,
/// and the old one stays. Replace the file by renaming a new one over it: a file that is written in
/// place may be read half.
///
/// `parse(text)` makes the rows; it fails with what is wrong.
/// The ledger's batches name the version that they were computed with: path and hash of the
/// content.
///
/// Thread: at(): any; current(): functions of the graph; the rest: the one that builds the graph.
template <class V>
class FileTable final : public BatchFile {
 public:
  using Rows = std::map<std::string, V, std::less<>>;
  using Parse = std::function<Result<Rows>(const std::string& text)>;
  using Check = std::function<Status(const Rows&)>;

  /// Loads the file. Fails (kFatal, E035) when it cannot be read or parsed.
  [[nodiscard]] static Result<std::shared_ptr<FileTable>> load(std::string name, std::string path,
                                                               Parse parse) {
    auto table = std::make_shared<FileTable>(std::move(name), std::move(path), std::move(parse));
    const Status status = table->loadFirst();
    if (!status.ok())
      return Status::fatal(ExitCode::kConfiguration, "E035", status.message(),
                           "the file has to be there, and whole, when the application starts");
    return table;
  }
  /// Of load().
  FileTable(std::string name, std::string path, Parse parse)
      : name_(std::move(name)), parse_(std::move(parse)), file_(std::move(path)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The rows that were loaded.
  [[nodiscard]] std::shared_ptr<const Rows> rows() const {
    MutexLock lock(mutex_);
    return latest_.rows;
  }
  /// What has to hold of the rows, of these and of every later version. Fails when it does not.
  Status require(Check check) {
    LOCKSTEP_TRY(check(*rows()));
    MutexLock lock(mutex_);
    checks_.push_back(std::move(check));
    return {};
  }

  /// The rows of a batch. The first call for a batch looks for a new version.
  [[nodiscard]] std::shared_ptr<const Rows> at(BatchId batch, BatchTime time) {
    MutexLock lock(mutex_);
    return versionAt(batch, time).rows;
  }
  /// The rows of the batch that has begun; they stay until the next one begins.
  [[nodiscard]] const Rows& current() const { return *current_.rows; }

  void beginBatch(const BatchPlan& plan) override {
    MutexLock lock(mutex_);
    current_ = versionAt(plan.id, plan.time);
  }
  [[nodiscard]] FileVersion version() const override { return current_.content; }

 private:
  /// Two are undecided at most; the id of one that had nothing to commit is used again.
  static constexpr std::size_t kBatchesMax = 8;
  struct Version {
    std::shared_ptr<const Rows> rows;
    FileVersion content;
  };
  struct Seen {
    BatchId batch;
    BatchTime time;
    Version version;
  };

  Version versionAt(BatchId batch, BatchTime time) REQUIRES_LOCK(mutex_) {
    for (const Seen& seen : seen_)
      if (seen.batch == batch && seen.time == time) return seen.version;
    const Status status = reload();
    const std::string trouble = status.ok() ? "" : status.message();
    if (!trouble.empty() && trouble != reported_) detail::reportKept(file_.path(), status);
    reported_ = trouble;
    seen_.push_front({batch, time, latest_});
    if (seen_.size() > kBatchesMax) seen_.pop_back();
    return latest_;
  }
  Status reload() REQUIRES_LOCK(mutex_) {
    LOCKSTEP_ASSIGN(auto content, file_.readIfChanged());
    if (!content) return {};
    LOCKSTEP_ASSIGN(Rows rows, parse_(*content));
    for (const Check& check : checks_) LOCKSTEP_TRY(check(rows));
    latest_ = {std::make_shared<const Rows>(std::move(rows)), fileVersion(file_.path(), *content)};
    return {};
  }
  Status loadFirst() {
    MutexLock lock(mutex_);
    return reload();
  }

  const std::string name_;
  const Parse parse_;
  mutable Mutex mutex_;
  detail::WatchedFile file_ GUARDED_BY(mutex_);
  std::vector<Check> checks_ GUARDED_BY(mutex_);
  Version latest_ GUARDED_BY(mutex_);
  std::deque<Seen> seen_ GUARDED_BY(mutex_);  ///< the latest first
  std::string reported_ GUARDED_BY(mutex_);   ///< what is wrong with the file, told once
  Version current_;  ///< of the batch that has begun: the caller of the job's
};

namespace detail {

/// f(element, rows, context, emitter), with the rows of the batch's version.
template <class T, class U, class V, class F>
class TableRowsOperator final : public Operator, public ChunkSink<T> {
 public:
  TableRowsOperator(Task& task, const F& function, const std::string& step)
      : context_(task.context()), function_(function), step_(step) {}

  void begin(Task&) override { rows_ = &function_.table->current(); }
  void accept(std::span<const T> chunk) override {
    emitter_.clear();
    withStep(step_, [&] {
      for (const T& element : chunk) function_.call(element, *rows_, context_, emitter_);
    });
    emitter_.flush();
  }
  [[nodiscard]] Fanout<U>& consumers() { return emitter_.consumers(); }

 private:
  TaskContext& context_;
  const F& function_;
  const std::string& step_;
  const typename FileTable<V>::Rows* rows_ = nullptr;
  Emitter<U> emitter_;
};

template <class V, class F>
struct CallWithRows {
  std::shared_ptr<FileTable<V>> table;
  F call;
};

}  // namespace detail

/// Calls f(element, rows, context, emit) for each element, with a table's rows as of the batch:
/// it calls emit(U) as often as it likes. No shuffle: order and input records stay. Views into the
/// rows live as long as the batch. `op` names the operator.
template <class U, class T, class V, class F>
[[nodiscard]] DStream<U> flatMapWithTable(const DStream<T>& stream,
                                          const std::shared_ptr<FileTable<V>>& table, F f,
                                          const std::string& step = {},
                                          const std::string& op = "flatMapWithTable") {
  using Call = detail::CallWithRows<V, F>;
  using Instance = detail::TableRowsOperator<T, U, V, Call>;
  DStreamGraph& graph = *stream.graph();
  graph.lineage().addFile(table);
  Call call{table, std::move(f)};
  auto& rdd = graph.lineage().template add<detail::NarrowRdd<T, U, Instance, Call>>(
      graph.stepName(op, step), op, stream.rdd(), std::move(call));
  return {stream.graph(), rdd};
}

}  // namespace lockstep
