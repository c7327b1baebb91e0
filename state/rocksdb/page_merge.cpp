#include "state/rocksdb/page_merge.hpp"

#include <string_view>
#include <vector>

#include "state/rocksdb/packed_page.hpp"

namespace lockstep {
namespace {

std::string_view pageView(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

class PageMergeOperator final : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    if (in.existing_value == nullptr && in.operand_list.size() == 1) {
      out->existing_operand = in.operand_list.front();  // readers skip keys without value
      return true;
    }
    std::vector<std::string_view> pages;
    pages.reserve(in.operand_list.size() + 1);
    if (in.existing_value != nullptr) pages.push_back(pageView(*in.existing_value));
    for (const auto& operand : in.operand_list) pages.push_back(pageView(operand));
    return join(pages, true, out->new_value);
  }

  bool PartialMergeMulti(const rocksdb::Slice& /*key*/, const std::deque<rocksdb::Slice>& operands,
                         std::string* page, rocksdb::Logger* /*logger*/) const override {
    std::vector<std::string_view> pages;
    pages.reserve(operands.size());
    for (const auto& operand : operands) pages.push_back(pageView(operand));
    return join(pages, false, *page);
  }

  const char* Name() const override { return "lockstep.page.1"; }

 private:
  static bool join(const std::vector<std::string_view>& pages, bool complete, std::string& page) {
    std::size_t bytes = 0;
    for (const std::string_view one : pages) bytes += one.size();
    page.clear();  // an iterator hands in what it got the last time
    page.reserve(bytes);
    return mergePages(pages, complete, page);
  }
};

}  // namespace

std::shared_ptr<rocksdb::MergeOperator> pageMergeOperator() {
  return std::make_shared<PageMergeOperator>();
}

}  // namespace lockstep
