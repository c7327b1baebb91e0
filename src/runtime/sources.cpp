#include "src/runtime/sources.hpp"

#include <algorithm>

#include <lockstep/dstream/held_records.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "connectors/file/folder_reader.hpp"
#include "connectors/socket/socket_receiver.hpp"
#include "src/runtime/file_feeder.hpp"
#include "src/runtime/receiver_runner.hpp"

namespace lockstep {
namespace {

constexpr std::chrono::milliseconds kDrainPoll{20};

/// With a socket as the receiver that it is.
SourceDeclaration asReceiver(SourceDeclaration source) {
  if (const auto* address = std::get_if<SocketSource>(&source.what))
    source.what = ReceiverSource(std::make_shared<socket::SocketReceiver>(*address));
  return source;
}

}  // namespace

Sources::Sources(Options options, MakeSourcePorts make_ports, Clock& clock,
                 RunningSource::Fail fail)
    : options_(std::move(options)),
      make_ports_(std::move(make_ports)),
      clock_(clock),
      fail_(std::move(fail)) {}

Status Sources::check(const std::vector<SourceDeclaration>& declarations) {
  for (const auto& declaration : declarations) {
    if (const auto* files = std::get_if<FileSource>(&declaration.what))
      LOCKSTEP_TRY(file::FolderReader::check(files->dir).at(declaration.id));
  }
  return {};
}

void Sources::start(Incarnation incarnation) {
  MutexLock lock(mutex_);
  if (started_ || stopped_) return;
  started_ = true;
  for (const auto& declaration : options_.declarations) {
    const auto status = make(declaration, incarnation);
    if (!status.ok()) return fail_(status);
  }
}

Status Sources::make(const SourceDeclaration& declaration, Incarnation incarnation) {
  std::unique_ptr<ReceivedLog> log;
  if (declaration.safety == Safety::kLog) {
    const auto& application = options_.application;
    ReceivedLog::Names names{receiverPartition(application, declaration.id), std::nullopt};
    if (declaration.isFiles()) names.positions = positionsPartition(application, declaration.id);
    LOCKSTEP_ASSIGN(auto ports, make_ports_(names.records.topic));
    log = std::make_unique<ReceivedLog>(std::move(ports), std::move(names),
                                        ReceivedLog::Owner{options_.owner, incarnation}, clock_);
  }
  std::shared_ptr<RunningSource> source;
  if (declaration.isFiles()) {
    source = std::make_shared<FileFeeder>(
        FileFeeder::Options{declaration, options_.until_end, options_.listeners}, std::move(log),
        clock_, fail_);
  } else {
    source = std::make_shared<ReceiverRunner>(
        ReceiverRunner::Options{asReceiver(declaration), options_.records_per_second,
                                options_.listeners},
        std::move(log), clock_, fail_);
  }
  source->start();
  running_.push_back({declaration, std::move(source), 0});
  return {};
}

void Sources::stop() {
  MutexLock stopping(stopping_);
  std::vector<Running> running;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    running = running_;
  }
  for (const auto& one : running) one.source->stop();
}

void Sources::drain(std::chrono::milliseconds patience) {
  const auto deadline = Deadline::in(clock_, patience);
  const auto& all = options_.declarations;
  const auto holds = [](const SourceDeclaration& one) {
    return one.held != nullptr && !one.held->empty();
  };
  while (std::any_of(all.begin(), all.end(), holds) && !deadline.passed(clock_))
    clock_.sleep(kDrainPoll);
}

void Sources::committed(const BatchPlan& plan, const BatchCounters& counters) {
  MutexLock lock(mutex_);
  for (auto& [declaration, source, processed] : running_) {
    const auto partition = receiverPartition(options_.application, declaration.id);
    for (const auto& range : plan.ranges)
      if (range.partition == partition) source->processed(range.until);
    const auto read = counters.inputs.find(declaration.id);
    if (read != counters.inputs.end()) processed += read->second;
  }
}

std::vector<ReceiverInfo> Sources::receivers() {
  MutexLock lock(mutex_);
  std::vector<ReceiverInfo> infos;
  infos.reserve(options_.declarations.size());
  for (const auto& [declaration, source, processed] : running_) {
    infos.push_back(source->info());
    infos.back().processed = processed;
  }
  for (std::size_t i = infos.size(); i < options_.declarations.size(); ++i) {
    auto& info = infos.emplace_back();
    info.stream = options_.declarations[i].id;
    info.name = options_.declarations[i].kind;
  }
  return infos;
}

Status Sources::complete() {
  MutexLock lock(mutex_);
  const auto open = [](const Running& one) {
    return one.declaration.isFiles() && !one.source->complete();
  };
  const bool any_files = std::any_of(options_.declarations.begin(), options_.declarations.end(),
                                     [](const SourceDeclaration& one) { return one.isFiles(); });
  if (!any_files) return {};
  if (!started_ || std::any_of(running_.begin(), running_.end(), open))
    return Status::retry("files are still being read");
  return {};
}

}  // namespace lockstep
