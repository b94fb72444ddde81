#!/bin/sh
# The public header must compile alone, as C11 and as C++17, without warnings.
set -eu
cd "$(dirname "$0")/../.."
printf '#include <smmu.h>\nint main(void) { return 0; }\n' |
	${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Ilib -fsyntax-only -x c -
printf '#include <smmu.h>\nint main() { return 0; }\n' |
	${CXX:-g++} -std=c++17 -Wall -Wextra -Wpedantic -Werror -Ilib -fsyntax-only -x c++ -
echo "smmu.h compiles alone as C11 and as C++17"
