#!/bin/bash
# The verifier: a bare Python and our probe in one folder. No shell, no package manager, no other program.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

debs python3-minimal libpython3-stdlib
unpack
say "laying out the verifier"
mkdir "$out/.image"
# the interpreter that goes into the image lays it out, so that it compiles what it will run
loader=$(find "$rootfs/usr/lib" -name 'ld-linux*.so.*' | head -n 1)
libraries=$(dirname "$(find "$rootfs/usr/lib" -name libc.so.6)")
"$loader" --inhibit-cache --library-path "$libraries" "$rootfs/usr/bin/$(readlink "$rootfs/usr/bin/python3")" \
  -I -S -B "$here/lay_out.py" "$rootfs" "$root/bot/sandbox/verifier" "$out/.image"
pack "$out/.image"
