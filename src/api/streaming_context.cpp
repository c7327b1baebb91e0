#include <lockstep/api/streaming_context.hpp>

#include <algorithm>
#include <thread>
#include <vector>

#include <lockstep/api/local_kafka.hpp>
#include <lockstep/base/check.hpp>
#include <lockstep/base/log.hpp>

#include "src/api/graph_check.hpp"
#include "src/runtime/configured_application.hpp"
#include "src/runtime/port_factories.hpp"
#include "src/runtime/signal_watch.hpp"

namespace lockstep {
namespace {

Error misuse(std::string code, std::string message, std::string help) {
  return Error(Status::fatal(ExitCode::kConfiguration, std::move(code), std::move(message),
                             std::move(help)));
}

StartFrom toEngine(StartPosition start) {
  switch (start) {
    case StartPosition::kLatest:
      return StartFrom::kLatest;
    case StartPosition::kStop:
      return StartFrom::kStop;
    case StartPosition::kEarliest:
      break;
  }
  return StartFrom::kEarliest;
}

/// The contexts of the process in the order of their starts.
class StartedContexts {
 public:
  static StartedContexts& instance() {
    static StartedContexts contexts;
    return contexts;
  }
  void add(StreamingContext& context) {
    MutexLock lock(mutex_);
    std::erase(contexts_, &context);
    contexts_.push_back(&context);
  }
  void remove(StreamingContext& context) {
    MutexLock lock(mutex_);
    std::erase(contexts_, &context);
  }
  [[nodiscard]] StreamingContext* active() {
    MutexLock lock(mutex_);
    for (auto last = contexts_.rbegin(); last != contexts_.rend(); ++last) {
      if ((*last)->state() == StreamingContext::State::kActive) return *last;
    }
    return nullptr;
  }

 private:
  Mutex mutex_;
  std::vector<StreamingContext*> contexts_ GUARDED_BY(mutex_);
};

}  // namespace

class StreamingContext::Impl {
 public:
  Impl(Settings settings, LocalKafka* local)
      : settings_(std::move(settings)), local_(local), graph_(std::make_shared<DStreamGraph>()) {
    graph_->setBatchInterval(
        std::chrono::duration_cast<std::chrono::milliseconds>(settings_.config().batch.interval));
  }

  ~Impl() {
    signals_.reset();
    requestStop(Application::Running::kFinish);
    waitForEnd();
    if (thread_.joinable()) thread_.join();
    MutexLock lock(mutex_);
    if (!outcome_.ok() && !outcome_told_) log::error("{}", outcome_.toString());
  }

  void start(const StartOptions& options) {
    MutexLock lock(mutex_);
    if (state_ == State::kActive) return;
    if (state_ == State::kStopped) {
      throw misuse("E070", "a stopped context cannot be started again",
                   "make a new StreamingContext with a new graph");
    }
    if (const auto bad = checkGraph(*graph_, settings_.config()); !bad.ok()) throw Error(bad);
    auto ports = makePorts();
    if (!ports.ok()) throw Error(ports.status());
    auto spec = specOf(settings_.config(), graph_,
                       {options.until_end, options.takeover, options.accept_changed_plan});
    spec.engine.inputs = inputs_;
    spec.engine.patterns = patterns_;
    spec.listeners = listeners_;
    application_ =
        std::make_unique<Application>(std::move(spec), std::move(ports).value(), systemClock());
    graph_->close();
    state_ = State::kActive;
    ended_ = false;
    thread_ = std::thread([this] { run(); });
    if (signals_) signals_->start([this] { requestStop(Application::Running::kFinish); });
  }

  void requestStop(Application::Running batch) {
    MutexLock lock(mutex_);
    if (state_ == State::kInitialized) graph_->close();
    state_ = State::kStopped;
    if (application_) application_->requestStop(batch);
  }
  void waitForEnd() {
    MutexLock lock(mutex_);
    while (!ended_) changed_.wait(lock);
  }

  /// Returns false when it still runs at the deadline; none: waits for ever.
  bool await(std::optional<Deadline> deadline) {
    MutexLock lock(mutex_);
    if (state_ == State::kInitialized) {
      throw misuse("E071", "the context was not started: there is no end to wait for",
                   "call start() first");
    }
    while (!ended_) {
      if (!deadline) {
        changed_.wait(lock);
      } else if (deadline->passed(systemClock())) {
        return false;
      } else {
        changed_.wait_for(lock, deadline->at - systemClock().now());
      }
    }
    outcome_told_ = true;
    if (!outcome_.ok()) throw Error(outcome_);
    return true;
  }

  void stopOnSignals() {
    MutexLock lock(mutex_);
    if (signals_) return;
    if (state_ != State::kInitialized) {
      throw misuse("E070", "stopOnSignals() comes before start(), whose threads inherit it",
                   "call it early in main()");
    }
    signals_ = std::make_unique<SignalWatch>(settings_.config().shutdownTimeout());
  }

  void setStart(const InputName& input, StartPosition start) {
    MutexLock lock(mutex_);
    const auto& name = input.topic.empty() ? input.pattern : input.topic;
    const auto agree = [&](const std::string& known, StartFrom other) {
      if (known != name || other == toEngine(start)) return;
      throw misuse("E017", "two streams read '" + name + "' and disagree about its start",
                   "give both the same .start");
    };
    for (const auto& known : inputs_) agree(known.topic, known.start);
    for (const auto& known : patterns_) agree(known.text, known.start);
    if (input.topic.empty()) {
      patterns_.push_back({name, toEngine(start)});
    } else {
      inputs_.push_back({name, toEngine(start)});
    }
  }

  void addListener(std::shared_ptr<StreamingListener> listener) {
    MutexLock lock(mutex_);
    if (state_ != State::kInitialized) {
      throw misuse("E070", "listeners cannot be added after start() or stop()",
                   "call addStreamingListener() first");
    }
    listeners_.push_back(std::move(listener));
  }

  State state() const {
    MutexLock lock(mutex_);
    return state_;
  }
  const Settings& settings() const { return settings_; }
  const std::shared_ptr<DStreamGraph>& graph() const { return graph_; }

 private:
  Result<ApplicationPorts> makePorts() {
    if (local_ != nullptr)
      return makeMemoryPorts(local_->kafka(), settings_.application(),
                             settings_.config().guarantee);
    return makeKafkaPorts(connectionOf(settings_.config()), systemClock());
  }

  /// The body of thread_. Only destruction takes application_ away, after the thread's end.
  void run() {
    auto status = application_->run();
    MutexLock lock(mutex_);
    outcome_ = std::move(status);
    state_ = State::kStopped;
    ended_ = true;
    changed_.notify_all();
  }

  const Settings settings_;
  LocalKafka* const local_;
  const std::shared_ptr<DStreamGraph> graph_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  State state_ GUARDED_BY(mutex_) = State::kInitialized;
  bool ended_ GUARDED_BY(mutex_) = true;  ///< false while thread_ runs the application
  Status outcome_ GUARDED_BY(mutex_);
  bool outcome_told_ GUARDED_BY(mutex_) = false;
  std::vector<EngineOptions::InputTopic> inputs_ GUARDED_BY(mutex_);
  std::vector<EngineOptions::InputPattern> patterns_ GUARDED_BY(mutex_);
  StreamingListeners listeners_ GUARDED_BY(mutex_);
  std::unique_ptr<Application> application_;  ///< written once, before thread_ starts
  std::unique_ptr<SignalWatch> signals_;
  std::thread thread_;
};

StreamingContext::StreamingContext(Settings settings)
    : impl_(std::make_unique<Impl>(std::move(settings), nullptr)) {}
StreamingContext::StreamingContext(Settings settings, LocalKafka& kafka)
    : impl_(std::make_unique<Impl>(std::move(settings), &kafka)) {}
StreamingContext::~StreamingContext() { StartedContexts::instance().remove(*this); }

std::unique_ptr<StreamingContext> StreamingContext::getOrCreate(
    const std::string& state_dir,
    const std::function<std::unique_ptr<StreamingContext>()>& factory) {
  auto context = factory();
  LOCKSTEP_CHECK(context != nullptr, "the factory of getOrCreate() returns a context");
  const auto& own = context->settings().config().state.dir;
  if (own != state_dir) {
    throw misuse("E017",
                 "getOrCreate() was given the folder '" + state_dir +
                     "', its context keeps state " + (own ? "in '" + *own + "'" : "in memory"),
                 "give the settings of the factory the same state_dir");
  }
  return context;
}
StreamingContext* StreamingContext::getActive() { return StartedContexts::instance().active(); }

void StreamingContext::start(const StartOptions& options) {
  impl_->start(options);
  StartedContexts::instance().add(*this);
}
int StreamingContext::awaitTermination() {
  impl_->await(std::nullopt);
  return static_cast<int>(ExitCode::kOk);
}
bool StreamingContext::awaitTerminationOrTimeout(std::chrono::nanoseconds timeout) {
  return impl_->await(Deadline::in(systemClock(), timeout));
}
void StreamingContext::stop(bool gracefully) {
  if (!gracefully) return impl_->requestStop(Application::Running::kCut);
  impl_->requestStop(Application::Running::kFinish);
  impl_->waitForEnd();
}
void StreamingContext::stopOnSignals() { impl_->stopOnSignals(); }
void StreamingContext::addStreamingListener(std::shared_ptr<StreamingListener> listener) {
  impl_->addListener(std::move(listener));
}
StreamingContext::State StreamingContext::state() const { return impl_->state(); }
const Settings& StreamingContext::settings() const { return impl_->settings(); }
const std::shared_ptr<DStreamGraph>& StreamingContext::graph() const { return impl_->graph(); }
void StreamingContext::setStart(const InputName& input, StartPosition start) {
  impl_->setStart(input, start);
}

}  // namespace lockstep
