// The helpers that change the form of a value: json time.
#include <chrono>
#include <cstdio>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/helpers.hpp"
#include "src/pipeline/expression/json.hpp"

namespace lockstep::helper {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::string_view kIsoFormat = "%Y-%m-%dT%H:%M:%S";

// Reads an ISO 8601 text from the left; any step that fails leaves ok() false.
class IsoReader {
 public:
  explicit IsoReader(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    if (text_.size() < count) return fail();
    int value = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  bool skip(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any_of) {
    if (!skip(any_of)) fail();
  }
  // ".123456": milliseconds, the rest is cut.
  int fraction() {
    int value = 0;
    int scale = 100;
    std::size_t read = 0;
    for (; read < text_.size() && text_[read] >= '0' && text_[read] <= '9'; ++read, scale /= 10) {
      value += (text_[read] - '0') * scale;
    }
    if (read == 0) return fail();
    text_.remove_prefix(read);
    return value;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }
  [[nodiscard]] bool done() const { return ok_ && text_.empty(); }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }
  std::string_view text_;
  bool ok_ = true;
};

// "2026-03-01", "2026-03-01T12:30:05.250Z", "... 12:30+02:00"; no zone means UTC.
std::int64_t parseTime(std::string_view text) {
  IsoReader reader(text);
  const int year = reader.digits(4);
  reader.expect("-");
  const int month = reader.digits(2);
  reader.expect("-");
  const int day = reader.digits(2);
  int hour = 0, minute = 0, second = 0, millisecond = 0, offset = 0;
  if (reader.skip("T t")) {
    hour = reader.digits(2);
    reader.expect(":");
    minute = reader.digits(2);
    if (reader.skip(":")) second = reader.digits(2);
    if (reader.skip(".,")) millisecond = reader.fraction();
    const char sign = reader.front();
    if (!reader.skip("Zz") && reader.skip("+-")) {
      const int hours = reader.digits(2);
      reader.skip(":");
      offset = (hours * 60 + reader.digits(2)) * (sign == '-' ? -1 : 1);
    }
  }
  const year_month_day date{std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!reader.done() || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    throw EvalError("'" + std::string(text) + "' is no ISO 8601 time");
  }
  const milliseconds since = sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                             std::chrono::minutes(minute - offset) + std::chrono::seconds(second) +
                             milliseconds(millisecond);
  return since.count();
}

void appendPadded(std::string& out, int value, int width) {
  char digits[16];
  const int size = std::snprintf(digits, sizeof digits, "%0*d", width, value);
  out.append(digits, static_cast<std::size_t>(size));
}

void appendTime(std::string& out, std::int64_t since_epoch, std::string_view format) {
  constexpr std::int64_t kLimit = 253'402'300'799'999;  // the end of the year 9999
  if (since_epoch < -62'135'596'800'000 || since_epoch > kLimit) {
    throw EvalError("the time lies outside the years 1 to 9999");
  }
  const std::chrono::sys_time<milliseconds> point{milliseconds(since_epoch)};
  const auto day = std::chrono::floor<days>(point);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss clock(point - day);
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    switch (++i < format.size() ? format[i] : '\0') {
      case 'Y':
        appendPadded(out, static_cast<int>(date.year()), 4);
        break;
      case 'm':
        appendPadded(out, static_cast<int>(static_cast<unsigned>(date.month())), 2);
        break;
      case 'd':
        appendPadded(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
        break;
      case 'H':
        appendPadded(out, static_cast<int>(clock.hours().count()), 2);
        break;
      case 'M':
        appendPadded(out, static_cast<int>(clock.minutes().count()), 2);
        break;
      case 'S':
        appendPadded(out, static_cast<int>(clock.seconds().count()), 2);
        break;
      case 'L':
        appendPadded(out, static_cast<int>(clock.subseconds().count()), 3);
        break;
      case '%':
        out += '%';
        break;
      default:
        throw EvalError("a time format knows %Y %m %d %H %M %S %L (milliseconds) and %%");
    }
  }
}

}  // namespace

Value json(const HelperCall& call) {
  const Value& argument = call.arguments[0];
  if (argument.isString()) return lazyJson(argument.asString(), call.arena);
  call.buffer.clear();
  appendJson(call.buffer, argument);
  return Value::string(call.arena.copy(call.buffer));
}

Value time(const HelperCall& call) {
  if (call.arguments[0].isString()) {
    if (call.arguments.size() > 1) throw EvalError("a format goes with a number only");
    return Value::integer(parseTime(call.arguments[0].asString()));
  }
  const auto since = integerArgument(call, 0, 0);
  call.buffer.clear();
  if (call.arguments.size() > 1) {
    appendTime(call.buffer, since, textArgument(call, 1));
  } else {
    appendTime(call.buffer, since, kIsoFormat);
    appendTime(call.buffer, since, ".%LZ");
  }
  return Value::string(call.arena.copy(call.buffer));
}

}  // namespace lockstep::helper
