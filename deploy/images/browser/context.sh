#!/bin/bash
# The browser: Chromium without a window, fonts for most scripts, a bare Python and our driver. No shell, no package manager.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

debs chromium-headless-shell python3-minimal libpython3-stdlib fontconfig \
  fonts-dejavu-core fonts-droid-fallback fonts-noto-core fonts-noto-color-emoji fonts-wqy-microhei
unpack
say "laying out the browser"
mkdir "$out/.image"
# the interpreter that goes into the image lays it out, so that it compiles what it will run
loader=$(find "$rootfs/usr/lib" -name 'ld-linux*.so.*' | head -n 1)
libraries=$(dirname "$(find "$rootfs/usr/lib" -name libc.so.6)")
"$loader" --inhibit-cache --library-path "$libraries" "$rootfs/usr/bin/$(readlink "$rootfs/usr/bin/python3")" \
  -I -S -B "$here/lay_out.py" "$rootfs" "$root/bot/sandbox/browser" "$out/.image"
pack "$out/.image"
