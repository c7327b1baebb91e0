#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <lockstep/model/state_declaration.hpp>

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

/// A key of state, and the value of a changelog's record, as the operator encodes them. Throws
/// std::exception where they have a form of their own.
[[nodiscard]] config::TestValue stateKey(const StateDeclaration& state, std::string_view bytes);
[[nodiscard]] config::TestValue stateValue(const StateDeclaration& state, std::string_view record);

/// For people: JSON, with bytes that are no UTF-8 replaced.
[[nodiscard]] std::string textOf(const config::TestValue& value);

}  // namespace lockstep::cli
