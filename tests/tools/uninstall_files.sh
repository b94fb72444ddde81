#!/bin/sh
# uninstall DESTDIR PREFIX: what install_files.sh has put there.
set -eu
dest=$1$2
rm -f "$dest/bin/smmu" "$dest/lib/libsmmu.a" "$dest/lib/libsmmu.so" "$dest/lib/pkgconfig/smmu.pc"
rm -f "$dest/share/bash-completion/completions/smmu" "$dest/share/zsh/site-functions/_smmu" \
	"$dest/share/fish/vendor_completions.d/smmu.fish"
rm -rf "$dest/include/smmu"
