#!/bin/bash
# mysql:8.0: MariaDB behind MySQL's names, started by a script that takes the same variables.
# On top of a pulled image (DOCENT_BASE) only settings are added, so that it fits into a learner's 256 MB.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

if [[ -n ${DOCENT_BASE:-} ]]; then
  added=$out/.added
  install -D -m 644 "$here/small.cnf" "$added/etc/mysql/conf.d/docent.cnf"
  pack "$added"
  printf 'FROM %s\nADD rootfs.tar /\n' "$DOCENT_BASE" >"$out/Dockerfile"
  exit
fi

# ncurses-base describes terminals: without it the client complains before its first prompt
debs mariadb-server-core mariadb-client-core bash coreutils grep sed hostname libc-bin gawk ncurses-base
# this one wants perl for scripts that nobody needs here
debs_alone mariadb-client
unpack
people mysql:999
os_release MySQL
mkdir -p "$rootfs"/var/lib/mysql "$rootfs"/run/mysqld "$rootfs"/etc/mysql
ln -s bash "$rootfs/usr/bin/sh"
for program in "$rootfs"/usr/bin/mariadb "$rootfs"/usr/bin/mariadb-*; do
  name=$(basename "$program")
  case $name in
  mariadb) other=mysql ;;
  *-db | *-upgrade) other=${name//-/_} other=${other/mariadb/mysql} ;;
  *) other=mysql${name#mariadb-} ;;
  esac
  [[ -e $rootfs/usr/bin/$other ]] || ln -s "$name" "$rootfs/usr/bin/$other"
done
ln -sfn mariadbd "$rootfs/usr/sbin/mysqld"
install -m 755 "$here/docker-entrypoint.sh" "$rootfs/usr/bin/"
install -m 644 "$here/my.cnf" "$rootfs/etc/mysql/my.cnf"
pack
