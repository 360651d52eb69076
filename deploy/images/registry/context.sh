#!/bin/bash
# registry:2: the distribution registry, as Debian packages it, with nothing beside it.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

# the package itself wants adduser and init scripts, which an image needs not
debs libc6
debs_alone docker-registry
unpack
mv "$rootfs/usr/bin/docker-registry" "$rootfs/usr/bin/registry"
rm -rf "$rootfs"/etc/{init.d,default,docker,systemd} "$rootfs/usr/lib/systemd" "$rootfs/lib/systemd"
mkdir -p "$rootfs/var/lib/registry"
people
os_release registry
pack
