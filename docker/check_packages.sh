#!/usr/bin/env bash
# Compares the packages that docker/Dockerfile installs with what is needed: the first stage builds
# with packages that ./dev setup installs, too; the last one has the package of every shared library
# that the program was linked with.
#
# usage: docker/check_packages.sh PROGRAM        (build/release/lockstep)
# Exit codes: 0 ok, 1 findings, 64 usage.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
(($# == 1)) || {
  sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 64
}

packages_of_stage() { # NUMBER
  awk -v wanted="$1" '
    /^FROM / { stage++ }
    /apt-get install/ { listing = 1; sub(/.*--no-install-recommends/, "") }
    listing && stage == wanted {
      for (i = 1; i <= NF; i++) {
        if ($i == "&&") { listing = 0; break }
        if ($i != "\\") print $i
      }
    }
    !/\\$/ { listing = 0 }
  ' "$here/Dockerfile" | LC_ALL=C sort
}

# Packages of the libraries that the program itself names. Theirs are dependencies of the packages;
# those of g++ and the C library are in every image.
packages_of_program() { # PROGRAM
  local library
  objdump -p "$1" | awk '$1 == "NEEDED" && $2 !~ /^ld-/ { print $2 }' | while read -r library; do
    dpkg -S "*/$(uname -m)-linux-gnu/$library" | cut -d: -f1
  done | grep -vxE 'libc6|libgcc-s1|libstdc\+\+6' | LC_ALL=C sort -u
}

report() { # WHAT: a finding per line of the input; false if there is one
  local line found=0
  while read -r line; do
    echo "Dockerfile: $line $1"
    found=1
  done
  ((found == 0))
}

status=0
comm -23 <(packages_of_stage 1) <(LC_ALL=C sort "$here/../tools/dev/packages.txt") |
  report "is installed by the first stage, but not by ./dev setup" || status=1
comm -13 <(packages_of_stage 2) <(packages_of_program "$1") |
  report "has a library that $1 needs, and is not installed by the last stage" || status=1
comm -23 <(packages_of_stage 2) <(packages_of_program "$1") | sed '/^ca-certificates$/d' |
  report "is installed by the last stage, but $1 does not need it" || status=1
exit "$status"
