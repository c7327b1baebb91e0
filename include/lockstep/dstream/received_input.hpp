#pragma once

#include <memory>
#include <string>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/source_declaration.hpp>

namespace lockstep {

/// A stream of what a source outside Kafka delivers: the records of the source's own topic, which
/// the runtime fills, or with Safety::kIgnore what is held in memory. A record that the source
/// could not take whole is a decode error. `application` names the topic.
[[nodiscard]] DStream<RecordView> receivedInput(const std::shared_ptr<DStreamGraph>& graph,
                                                const std::string& application,
                                                SourceDeclaration source);

/// The values of a sequenced source, each once: a record whose sequence is not above the last one
/// of its source is dropped. The last sequences are the state `receiver-<id>`.
[[nodiscard]] DStream<std::string_view> withoutRepeats(const DStream<RecordView>& records,
                                                       const std::string& id);

}  // namespace lockstep
