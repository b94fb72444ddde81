#!/bin/sh
# Static analysis: clang-format, cppcheck, clang-tidy; nothing may be found.
set -eu
cd "$(dirname "$0")/../.."
sources=$(git ls-files 'lib/*.c' 'cli/*.c')
all=$(git ls-files '*.c' '*.h')
flags="-Ilib -std=c11 -D_POSIX_C_SOURCE=200809L -DSMMU_VERSION=\"0\""

echo "clang-format"
# shellcheck disable=SC2086
clang-format --dry-run -Werror $all

# cppcheck 2.10 loses its way in some of the tables (syntaxError); the compilers read them.
echo "cppcheck"
# shellcheck disable=SC2086
cppcheck -j2 --quiet --std=c11 --error-exitcode=1 --inline-suppr -Ilib -Icli -I. \
	--enable=warning,performance,portability --check-library \
	--suppress=missingIncludeSystem --suppress=checkLibraryFunction \
	--suppress=checkLibraryNoReturn --suppress=checkLibraryUseIgnore \
	--suppress=syntaxError --suppress=unmatchedSuppression $sources

echo "clang-tidy"
# shellcheck disable=SC2086
printf '%s\n' $sources | xargs -P2 -I{} clang-tidy --quiet {} -- $flags 2>/dev/null
echo "static analysis: nothing found"
