#!/bin/sh
# install DESTDIR PREFIX BUILD VERSION: the program, the libraries, the headers, the pc file, completions.
set -eu
dest=$1$2 prefix=$2 build=$3 version=$4
install -d "$dest/bin" "$dest/lib/pkgconfig" "$dest/include/smmu"
install -m 755 "$build/smmu" "$dest/bin/smmu"
install -m 644 "$build/libsmmu.a" "$dest/lib/libsmmu.a"
install -m 755 "$build/libsmmu.so" "$dest/lib/libsmmu.so"
data=$dest/share
install -d "$data/bash-completion/completions" "$data/zsh/site-functions" "$data/fish/vendor_completions.d"
install -m 644 completions/smmu.bash "$data/bash-completion/completions/smmu"
install -m 644 completions/_smmu "$data/zsh/site-functions/_smmu"
install -m 644 completions/smmu.fish "$data/fish/vendor_completions.d/smmu.fish"
# The public headers and the tables they include keep their folders.
(cd lib && find . \( -name '*.h' -o -name '*.def' \) ! -name '*_priv.h') | while read -r f; do
	install -d "$dest/include/smmu/$(dirname "$f")"
	install -m 644 "lib/$f" "$dest/include/smmu/$f"
done
cat >"$dest/lib/pkgconfig/smmu.pc" <<PC
prefix=$prefix
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: smmu
Description: Arm SMMUv3 configuration, translation and diagnosis
Version: $version
Libs: -L\${libdir} -lsmmu
Libs.private: -lyaml -ljansson -lsmartcols -lz -ldeflate -lpthread
Cflags: -I\${includedir}/smmu
PC
