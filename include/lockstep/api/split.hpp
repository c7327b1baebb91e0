#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace lockstep {

/// The parts of a text between separators: a range of views into the text, made while it is walked,
/// without allocation. As Java's String.split with a literal separator: empty parts at the end are
/// dropped, an empty text gives one empty part. An empty separator separates nothing.
/// REQUIRES: text and separator outlive it.
class SplitView {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    Iterator() = default;
    explicit Iterator(const SplitView& view) : view_(&view) { find(0); }

    std::string_view operator*() const { return part_; }
    Iterator& operator++() {
      const std::size_t end = begin_ + part_.size();
      if (end == view_->text_.size()) {
        view_ = nullptr;
      } else {
        find(end + view_->separatorSize());
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const {
      return view_ == other.view_ && (view_ == nullptr || begin_ == other.begin_);
    }

   private:
    void find(std::size_t begin) {
      begin_ = begin;
      part_ = view_->text_.substr(begin, view_->findSeparator(begin) - begin);
    }

    const SplitView* view_ = nullptr;  ///< null: at the end
    std::size_t begin_ = 0;
    std::string_view part_;
  };

  SplitView(std::string_view text, char separator) : text_(text), character_(separator) { trim(); }
  SplitView(std::string_view text, std::string_view separator)
      : text_(text), separator_(separator), is_character_(false) {
    trim();
  }

  [[nodiscard]] Iterator begin() const { return nothing_ ? Iterator{} : Iterator{*this}; }
  [[nodiscard]] Iterator end() const { return {}; }

 private:
  [[nodiscard]] std::size_t separatorSize() const { return is_character_ ? 1 : separator_.size(); }
  [[nodiscard]] std::size_t findSeparator(std::size_t from) const {
    if (!is_character_ && separator_.empty()) return text_.size();
    const std::size_t at =
        is_character_ ? text_.find(character_, from) : text_.find(separator_, from);
    return at == std::string_view::npos ? text_.size() : at;
  }
  /// Cuts the text after its last part that is not empty.
  void trim() {
    if (text_.empty()) return;
    const std::size_t end = is_character_ ? text_.find_last_not_of(character_) + 1 : contentEnd();
    text_ = text_.substr(0, end);
    nothing_ = end == 0;
  }
  /// From the left, where a separator that overlaps itself ("aa" in "aaa") is found.
  [[nodiscard]] std::size_t contentEnd() const {
    std::size_t content_end = 0;
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = findSeparator(begin);
      if (end > begin) content_end = end;
      begin = end + separatorSize();
      if (end == text_.size()) break;
    }
    return content_end;
  }

  std::string_view text_;
  std::string_view separator_;
  char character_ = 0;
  bool is_character_ = true;
  bool nothing_ = false;
};

[[nodiscard]] inline SplitView split(std::string_view text, char separator) {
  return {text, separator};
}
[[nodiscard]] inline SplitView split(std::string_view text, std::string_view separator) {
  return {text, separator};
}

}  // namespace lockstep
