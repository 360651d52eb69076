#!/bin/bash
# alpine: busybox and nothing else, so `sh` is there and `bash` is not.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

debs busybox-static
unpack
# shellcheck disable=SC2119
people
os_release Alpine
pack
