#!/usr/bin/env bash
# Compiles the C++ of a page of the documentation: each block in a function of its own, which knows
# the names that the page takes for granted. A line of `...` alone stands for anything. Messages name
# the page and its lines.
#
# usage: compile_snippets.sh PAGE NAMES COMPILER [flag...]   PAGE and NAMES from the root of the tree
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

page=$1
names=$2
shift 2

program() {
  echo "#include \"$names\""
  echo "namespace page {"
  awk -v page="$page" '
    inside && /^```$/ { inside = 0; print "}"; next }
    inside { sub(/^ *\.\.\.$/, ""); print; next }
    /^```cpp$/ { inside = 1; printf "void at%d() {\n#line %d \"%s\"\n", NR, NR + 1, page }
  ' "$page"
  echo "}"
}

blocks=$(grep -c '^```cpp$' "$page") || {
  echo "$page has no C++" >&2
  exit 1
}
program | "$@" -I. -Iinclude -fsyntax-only -Werror -Wno-shadow -Wno-unused -x c++ -
echo "$page: $blocks blocks compile"
