#!/bin/bash
# The canary: a bare Python that can make any system call, and our attacks. No shell, no package manager.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

debs python3-minimal libpython3-stdlib
unpack
say "laying out the canary"
standard=$(dirname "$(find "$rootfs/usr/lib" -path '*/python3*/ctypes' | head -n 1)")
rm -rf "$rootfs"/usr/{sbin,share,include,games} "$rootfs"/{etc,var} "$rootfs"/usr/lib/{python3,tmpfiles.d,systemd,locale} \
  "$standard"/{asyncio,distutils,email,http,html,xml,xmlrpc,unittest,pydoc_data,test,lib2to3,tkinter,sqlite3,dbm,curses}
find "$rootfs/usr/bin" ! -type d ! -name 'python3*' -delete
mkdir -p "$rootfs"/{etc,mnt,tmp,proc,sys,dev} "$standard/bot/sandbox/gate"
chmod 1777 "$rootfs/tmp"
ln -sfn "$(cd "$rootfs/usr/bin" && ls | grep -E '^python3\.[0-9]+$')" "$rootfs/usr/bin/python3"
touch "$standard"/bot/{,sandbox/,sandbox/gate/}__init__.py
cp -r "$root/bot/sandbox/gate/canary" "$standard/bot/sandbox/gate/"
find "$standard" -name __pycache__ -prune -exec rm -rf {} +
people
pack
