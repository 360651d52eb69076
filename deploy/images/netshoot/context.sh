#!/bin/bash
# nicolaka/netshoot: the tools that look at a network, dig first of all.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

debs bash coreutils busybox-static bind9-dnsutils bind9-host curl iproute2 iputils-ping netcat-openbsd grep sed libc-bin
unpack
# shellcheck disable=SC2119
people
os_release netshoot
pack
