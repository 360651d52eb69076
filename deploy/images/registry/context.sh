#!/bin/bash
# registry:2: the distribution registry, as Debian packages it, and `du`, which tells how full it is.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

# the package itself wants adduser and init scripts, which an image needs not
debs libc6 busybox-static
debs_alone docker-registry
unpack
mv "$rootfs/usr/bin/docker-registry" "$rootfs/usr/bin/registry"
ln -s busybox "$rootfs/usr/bin/du"
rm -rf "$rootfs"/etc/{init.d,default,docker,systemd} "$rootfs/usr/lib/systemd" "$rootfs/lib/systemd"
mkdir -p "$rootfs/var/lib/registry"
people
os_release registry
pack
