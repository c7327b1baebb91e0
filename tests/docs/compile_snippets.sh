#!/usr/bin/env bash
# Compiles the C++ of the documentation, all pages at once: each block in a function of its own, which
# knows the names that docs/PAGE.md takes for granted: tests/docs/PAGE.hpp, see names.hpp. `...` alone on
# a line, or between braces, stands for anything. Messages name the page and its lines.
#
# usage: compile_snippets.sh COMPILER [flag...]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

mapfile -t pages < <(grep -l '^```cpp$' docs/*.md | xargs -n 1 basename -s .md)

program() {
  local page
  printf '#include "tests/docs/%s.hpp"\n' "${pages[@]}"
  for page in "${pages[@]}"; do
    # A section's names may be missing: the namespace is opened here in any case.
    awk -v page="docs/$page.md" -v names="page_$page" '
      /^```cpp$/ {
        fence = "cpp"
        printf "namespace %s::%s {\nvoid at%d() {\n#line %d \"%s\"\n", names, section, NR, NR + 1, page
        next
      }
      /^```/ {
        if (fence == "cpp") print "}\n}"
        fence = fence == "" ? "other" : ""
        next
      }
      fence == "cpp" { sub(/^ *\.\.\.$/, ""); gsub(/\{ *\.\.\. *\}/, "{}"); print }
      fence == "" && /^#+ / {
        section = tolower($0)
        gsub(/^#+ +|[^a-z0-9_ -]/, "", section)
        gsub(/[ -]/, "_", section)
        section = "in_" section
      }
    ' "docs/$page.md"
  done
}

for page in "${pages[@]}"; do
  [[ -f tests/docs/$page.hpp ]] || {
    echo "docs/$page.md has C++: write tests/docs/$page.hpp with the names that it takes for granted" >&2
    exit 1
  }
done
program | "$@" -I. -Iinclude -fsyntax-only -Werror -Wno-shadow -Wno-unused -x c++ -
echo "$(program | grep -c '^void at') blocks compile"
