#include "src/pipeline/expression/json_check.hpp"

#include <simdjson.h>

#include <string>

#include "src/pipeline/expression/eval_error.hpp"

namespace lockstep {

void checkJson(std::string_view text) {
  // Both keep their memory: a steady stream of documents allocates nothing.
  thread_local simdjson::dom::parser parser;
  thread_local std::string padded;
  padded.assign(text);
  padded.append(simdjson::SIMDJSON_PADDING, '\0');
  const auto error = parser.parse(padded.data(), text.size(), false).error();
  if (error != simdjson::SUCCESS) {
    throw EvalError(std::string("not a JSON document: ") + simdjson::error_message(error));
  }
}

}  // namespace lockstep
