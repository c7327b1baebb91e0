// Topics can be deleted and made anew under their names at any moment, and the records of the new
// one have offsets like any others. So a batch commits only when, after it had read everything, the
// names of its inputs still stood for the topics that the ledger lists. And a batch whose ranges do
// not fit its inputs any more failed for this reason, maybe: then the operator should read that.
// Nor do the records of a range come that ends beyond a topic made anew.
#include <algorithm>

#include <fmt/format.h>

#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

using Identity = BatchSlot::Identity;

constexpr int kAnswersWithoutInputMax = 6;

}  // namespace

/// One question serves every batch that waits, also while another one is in its transaction.
void Engine::Impl::pumpIdentity() {
  if (identifying_inputs_ || ending_ || !control_backoff_.over(now_)) return;
  const bool matters = identityMatters();
  if (misfit_ && !matters) {
    fail(*misfit_);
    return;
  }
  identifying_inputs_ = misfit_.has_value() || (unread_ && matters);
  unread_ = false;
  for (auto& slot : pipeline_) {
    if (!slot.life.is(BatchState::kComputed) || slot.identity != Identity::kUnknown) continue;
    const bool ask = matters && slot.reads();
    slot.identity = ask ? Identity::kAsked : Identity::kKnown;
    identifying_inputs_ = identifying_inputs_ || ask;
  }
  if (identifying_inputs_) out_.push_back(command::IdentifyInputs{kRequestTimeout});
}

void Engine::Impl::handle(const event::InputsIdentified& identified) {
  LOCKSTEP_CHECK(identifying_inputs_, "inputs were being identified");
  identifying_inputs_ = false;
  auto status = identified.status;
  for (const auto& input : identified.inputs) {
    if (status.ok() && input.id) status = sameInput(input.topic, *input.id);
  }
  if (!status.ok() && status.reaction() == Reaction::kFatal) {
    fail(status);
    return;
  }
  if (misfit_) {
    fail(*misfit_);
    return;
  }
  const bool answered = status.ok() && !inputsMissing(identified);
  if (!answered) control_backoff_.failed(now_);
  if (answered) control_backoff_.succeeded();
  // A batch that was taken back meanwhile has to ask again: it reads again.
  for (auto& slot : pipeline_) {
    if (slot.identity == Identity::kAsked) {
      slot.identity = answered ? Identity::kKnown : Identity::kUnknown;
    }
  }
}

/// Of a batch's failure: its ranges do not fit the logs.
bool Engine::Impl::misfits(const Status& status) {
  const auto& code = status.info().code;
  return code == "E203" || code == "E204";
}

bool Engine::Impl::identityMatters() const {
  return std::any_of(inputs_.begin(), inputs_.end(), [this](const auto& input) {
    const auto& known = committed_.last.topics;
    return std::any_of(known.begin(), known.end(), [&](const TopicIdentity& identity) {
      return identity.topic == input.topic && !identity.id.empty();
    });
  });
}

/// E205 when `id` is known and another one than the ledger's.
Status Engine::Impl::sameInput(const std::string& topic, const std::string& id) const {
  for (const auto& known : committed_.last.topics) {
    if (known.topic != topic || known.id.empty() || id.empty() || known.id == id) continue;
    return errors::data(options_, "E205",
                        fmt::format("input topic {} was created anew: topic id {} instead of {}",
                                    topic, id, known.id));
  }
  return {};
}

/// Brokers forget topics for moments: before a missing one stops the application, ask again.
bool Engine::Impl::inputsMissing(const event::InputsIdentified& identified) {
  const auto missing = std::find_if(identified.inputs.begin(), identified.inputs.end(),
                                    [](const auto& input) { return !input.id; });
  if (missing == identified.inputs.end()) {
    answers_without_input_ = 0;
    return false;
  }
  if (++answers_without_input_ >= kAnswersWithoutInputMax) {
    fail(errors::data(options_, "E211",
                      fmt::format("input topic {} does not exist any more", missing->topic)));
  }
  return true;
}

}  // namespace lockstep
