// What event times, watermarks and windows in event time may be.
#include <lockstep/dstream/event_window.hpp>

#include <fmt/format.h>

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/assign_timestamps.hpp>

namespace lockstep::detail {
namespace {

[[noreturn]] void refuseEventTime(const std::string& step, std::string_view what,
                                  std::chrono::milliseconds value, const std::string& help) {
  throw Error(Status::fatal(ExitCode::kConfiguration, "E031",
                            fmt::format("step '{}': {} of {} ms", step, what, value.count()),
                            help));
}

}  // namespace

EventTime checkedEventTime(EventTime time) {
  if (time < EventTime())
    throw RecordError(RecordErrorKind::kEval,
                      fmt::format("an event time of {} ms, before 1970: the record has none",
                                  time.time_since_epoch().count()));
  return time;
}

void checkWatermark(const WatermarkOptions& options) {
  for (const auto& [name, value] :
       {std::pair{"delay", options.delay}, std::pair{"idle_after", options.idle_after}})
    if (value.count() < 0) refuseEventTime(options.id, name, value, "give it 0 ms or more");
}

std::string eventWindowKind(const EventWindow& window) {
  if (window.kind == EventWindow::Kind::kSession)
    return fmt::format("eventWindow session {} ms", window.size.count());
  return fmt::format("eventWindow {} ms every {} ms", window.size.count(), window.slide.count());
}

void checkEventWindow(const EventWindow& window, const EventWindowOptions& options) {
  const bool session = window.kind == EventWindow::Kind::kSession;
  if (window.size.count() <= 0)
    refuseEventTime(options.id, session ? "a session's gap" : "a window's size", window.size,
                    "give it 1 ms or more");
  if (window.slide.count() <= 0)
    refuseEventTime(options.id, "a slide", window.slide, "give it 1 ms or more");
  if (options.lateness.count() < 0)
    refuseEventTime(options.id, "lateness", options.lateness, "give it 0 ms or more");
}

}  // namespace lockstep::detail
