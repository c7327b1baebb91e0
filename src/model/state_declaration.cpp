#include <lockstep/model/state_declaration.hpp>

#include <fmt/format.h>

namespace lockstep {

std::string difference(const StateDeclaration& stored, const StateDeclaration& declared) {
  if (stored.kind != declared.kind) {
    return fmt::format("operator: was {}, is {}", stored.kind, declared.kind);
  }
  if (stored.key_type != declared.key_type) {
    return fmt::format("key type: was {}, is {}", stored.key_type, declared.key_type);
  }
  if (stored.value_type != declared.value_type) {
    return fmt::format("value type: was {}, is {}", stored.value_type, declared.value_type);
  }
  if (stored.reduction != declared.reduction) {
    return fmt::format("reduction: was '{}', is '{}'", stored.reduction, declared.reduction);
  }
  if (stored.shards != declared.shards) {
    return fmt::format("parallelism: was {}, is {}", stored.shards, declared.shards);
  }
  return {};
}

}  // namespace lockstep
