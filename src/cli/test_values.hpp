#pragma once

#include <optional>
#include <string>

#include "src/config/stream_model.hpp"
#include "src/config/test_model.hpp"

// Between the data of `tests:` and the bytes of records.

namespace lockstep::cli {

/// The bytes of a given key. nullopt is null. What does not fit the format arrives as its text, so
/// that a test can send bad records.
[[nodiscard]] std::optional<std::string> encodeTestKey(config::DataFormat format,
                                                       const config::TestRecord& record);
/// The bytes of a given value. A bare scalar (`- {"a": 1}` in quotes, `- to be`) stands for the
/// record's own text, in `json` too; a number for a number where the format is one.
[[nodiscard]] std::optional<std::string> encodeTestValue(config::DataFormat format,
                                                         const config::TestRecord& record);

/// The data of a record's bytes; text where they do not fit the format.
[[nodiscard]] config::TestValue decodeTestValue(config::DataFormat format,
                                                const std::optional<std::string>& bytes);

/// Whether `found` is what was expected of a key or value with this format. JSON compares by its
/// structure, numbers by their value; in a text format `2` and `{ a: 1 }` stand for their text.
[[nodiscard]] bool fits(config::DataFormat format, const config::TestValue& expected,
                        const config::TestValue& found);

/// For people: JSON, with bytes that are no UTF-8 replaced.
[[nodiscard]] std::string textOf(const config::TestValue& value);

}  // namespace lockstep::cli
