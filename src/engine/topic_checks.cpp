// The part of recovery that compares topics with what the ledger lists.
#include <algorithm>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/engine/errors.hpp"
#include "src/engine/recovery.hpp"

namespace lockstep {
namespace {

const TopicIdentity* listed(const LedgerRecord& ledger, const std::string& topic) {
  for (const auto& identity : ledger.topics) {
    if (identity.topic == topic) return &identity;
  }
  return nullptr;
}

/// The codes that a missing or changed topic of some role has.
struct Role {
  std::string_view name;
  std::string_view missing;
  std::string_view recreated;
};

bool isSourceTopic(const EngineOptions& options, const std::string& name) {
  return std::any_of(options.source_topics.begin(), options.source_topics.end(),
                     [&](const NewTopic& topic) { return topic.name == name; });
}

Status checkTopic(const EngineOptions& options, const ClusterView& cluster,
                  const LedgerRecord& ledger, const std::string& name, const Role& role) {
  const auto* topic = cluster.topic(name);
  const auto* known = listed(ledger, name);
  if (topic == nullptr) {
    const auto message = fmt::format("{} topic {} does not exist", role.name, name);
    if (known != nullptr) return errors::data(options, role.missing, message);
    return errors::stop(options, ExitCode::kConfiguration, "E211", message,
                        fmt::format("create topic {}, or correct its name", name));
  }
  if (known == nullptr) return {};
  if (!known->id.empty() && !topic->id.empty() && known->id != topic->id) {
    return errors::data(options, role.recreated,
                        fmt::format("{} topic {} was created anew: topic id {} instead of {}",
                                    role.name, name, topic->id, known->id));
  }
  if (topic->partitions < known->partitions) {
    return errors::data(options, role.missing == "E211" ? "E206" : role.missing,
                        fmt::format("{} topic {} has {} partitions instead of {}", role.name, name,
                                    topic->partitions, known->partitions));
  }
  return {};
}

}  // namespace

Status checkTopics(const EngineOptions& options, const InputTopics& inputs,
                   const ClusterView& cluster, const LedgerRecord& ledger) {
  for (const auto& own : options.source_topics) {
    if (listed(ledger, own.name) == nullptr) continue;  // made by this start, or before its claim
    LOCKSTEP_TRY(checkTopic(options, cluster, ledger, own.name, {"receiver", "E260", "E260"}));
  }
  for (const auto& input : inputs) {
    if (isSourceTopic(options, input.topic)) continue;
    LOCKSTEP_TRY(checkTopic(options, cluster, ledger, input.topic, {"input", "E211", "E205"}));
  }
  for (const auto& output : options.outputs) {
    // An output that was created anew loses nothing of ours: its readers start again.
    LOCKSTEP_TRY(checkTopic(options, cluster, {}, output, {"output", "E211", "E205"}));
  }
  if (listed(ledger, ledgerTopic(options.application)) != nullptr) {
    LOCKSTEP_TRY(checkTopic(options, cluster, ledger, ledgerTopic(options.application),
                            {"ledger", "E207", "E207"}));
  }
  for (const auto& state : options.state) {
    const auto name = changelogTopic(options.application, state.id);
    if (listed(ledger, name) == nullptr) continue;
    LOCKSTEP_TRY(checkTopic(options, cluster, ledger, name, {"changelog", "E208", "E208"}));
  }
  return {};
}

std::vector<TopicIdentity> identities(const EngineOptions& options, const InputTopics& inputs,
                                      const ClusterView& cluster) {
  std::vector<TopicIdentity> topics;
  const auto add = [&](const std::string& name) {
    const auto* topic = cluster.topic(name);
    if (topic == nullptr) return;
    const TopicIdentity identity{name, topic->id, topic->partitions};
    if (std::find(topics.begin(), topics.end(), identity) == topics.end()) {
      topics.push_back(identity);
    }
  };
  for (const auto& input : inputs) add(input.topic);
  for (const auto& own : options.source_topics) add(own.name);
  for (const auto& output : options.outputs) add(output);
  for (const auto& state : options.state) add(changelogTopic(options.application, state.id));
  add(ledgerTopic(options.application));
  return topics;
}

}  // namespace lockstep
