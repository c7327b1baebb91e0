#include "src/config/model.hpp"

namespace lockstep::config {

const StreamConfig* ApplicationConfig::stream(std::string_view name) const {
  for (const StreamConfig& stream : streams) {
    if (stream.name.text == name) return &stream;
  }
  return nullptr;
}

const StepOption* StepConfig::find(std::string_view option) const {
  for (const StepOption& candidate : options) {
    if (candidate.spec->name == option) return &candidate;
  }
  return nullptr;
}

std::string_view StepConfig::text(std::string_view option) const {
  if (const StepOption* written = find(option)) return written->value.text;
  for (const OptionSpec& known : spec->options) {
    if (known.name == option) return known.fallback;
  }
  return {};
}

}  // namespace lockstep::config
