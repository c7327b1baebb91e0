#include <lockstep/base/failpoint.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include <lockstep/base/log.hpp>
#include <lockstep/base/mutex.hpp>

namespace lockstep {

namespace {
enum class Action { kKill, kStop, kSleep, kError };

struct Plan {
  Action action = Action::kKill;
  std::chrono::milliseconds sleep{0};
  std::uint64_t at = 1;  ///< the hit that acts; 0 = every one
  std::uint64_t hits = 0;
};
}  // namespace

/// All points of the binary, and what was ordered for them.
class FailpointRegistry {
 public:
  static FailpointRegistry& instance() {
    static FailpointRegistry registry;
    return registry;
  }

  void add(Failpoint& point) {
    MutexLock lock(mutex_);
    points_[point.name()] = &point;
  }

  std::vector<std::string_view> names() {
    MutexLock lock(mutex_);
    std::vector<std::string_view> names;
    for (const auto& [name, point] : points_) names.push_back(name);
    return names;
  }

  std::string arm(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find(';'), text.size());
      if (auto problem = armOne(text.substr(0, end)); !problem.empty()) return problem;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
  }

  bool act(const Failpoint& point) {
    Plan plan;
    {
      MutexLock lock(mutex_);
      Plan& stored = plans_[point.name()];
      ++stored.hits;
      if (stored.at != 0 && stored.hits != stored.at) return false;
      plan = stored;
    }
    switch (plan.action) {
      case Action::kKill:
        ::kill(::getpid(), SIGKILL);
        ::pause();
        return false;
      case Action::kStop:
        ::kill(::getpid(), SIGSTOP);
        return false;
      case Action::kSleep:
        tell(point, "sleep", plan.hits);
        std::this_thread::sleep_for(plan.sleep);
        return false;
      case Action::kError:
        tell(point, "error", plan.hits);
        return true;
    }
    return false;
  }

 private:
  /// What a test waits for: kill and stop are seen without.
  static void tell(const Failpoint& point, std::string_view action, std::uint64_t hit) {
    log::warn("failpoint {}: {} at hit {}", point.name(), action, hit);
  }

  std::string armOne(std::string_view item) {
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) return fmt::format("'{}' is not name=action", item);
    const auto name = item.substr(0, equals);
    auto action = item.substr(equals + 1);
    Plan plan;
    if (const auto at = action.find('@'); at != std::string_view::npos) {
      const auto count = action.substr(at + 1);
      if (count == "*") {
        plan.at = 0;
      } else if (std::from_chars(count.data(), count.data() + count.size(), plan.at).ec !=
                 std::errc{}) {
        return fmt::format("'{}': '{}' is no hit count", name, count);
      }
      action = action.substr(0, at);
    }
    if (action == "kill") {
      plan.action = Action::kKill;
    } else if (action == "stop") {
      plan.action = Action::kStop;
    } else if (action == "error") {
      plan.action = Action::kError;
    } else if (action.starts_with("sleep(") && action.ends_with(")")) {
      plan.action = Action::kSleep;
      const auto digits = action.substr(6, action.size() - 7);
      std::int64_t count = 0;
      if (std::from_chars(digits.data(), digits.data() + digits.size(), count).ec != std::errc{}) {
        return fmt::format("'{}': '{}' is no number of milliseconds", name, digits);
      }
      plan.sleep = std::chrono::milliseconds(count);
    } else {
      return fmt::format("'{}': unknown action '{}' (kill, stop, sleep(MS), error)", name, action);
    }
    MutexLock lock(mutex_);
    const auto point = points_.find(name);
    if (point == points_.end()) return fmt::format("no failpoint '{}'", name);
    plans_[point->first] = plan;
    point->second->armed_.store(true, std::memory_order_relaxed);
    return {};
  }

  Mutex mutex_;
  std::map<std::string_view, Failpoint*> points_ GUARDED_BY(mutex_);
  std::map<std::string_view, Plan> plans_ GUARDED_BY(mutex_);
};

Failpoint::Failpoint(const char* name) : name_(name) { FailpointRegistry::instance().add(*this); }

bool Failpoint::act() { return FailpointRegistry::instance().act(*this); }

std::vector<std::string_view> Failpoint::all() { return FailpointRegistry::instance().names(); }

std::string armFailpointsFromEnvironment() {
  const char* text = std::getenv("LOCKSTEP_FAILPOINTS");
  if (text == nullptr) return {};
  const auto problem = FailpointRegistry::instance().arm(text);
  return problem.empty() ? problem : "LOCKSTEP_FAILPOINTS: " + problem;
}

}  // namespace lockstep
