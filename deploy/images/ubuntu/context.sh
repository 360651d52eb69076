#!/bin/bash
# ubuntu: the usual command-line programs, with bash. On a Debian machine they are Debian's.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

debs base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin \
  mount ncurses-base ncurses-bin passwd perl-base procps sed sysvinit-utils tar util-linux
unpack
cp "$rootfs/usr/share/base-passwd/passwd.master" "$rootfs/etc/passwd"
cp "$rootfs/usr/share/base-passwd/group.master" "$rootfs/etc/group"
# the prompt and the colours that an interactive shell has
cp "$rootfs/etc/skel/.bashrc" "$rootfs/etc/skel/.profile" "$rootfs/root/"
ln -sfn dash "$rootfs/usr/bin/sh"
[[ -e $rootfs/usr/bin/awk ]] || ln -s mawk "$rootfs/usr/bin/awk"
os_release Ubuntu
pack
