#!/bin/bash
# Start the database; on an empty data folder, set it up first from the MYSQL_… variables.
# A prepared data folder is copied and the first statements run before anybody can connect, so a first start
# takes about a second. Files in /docker-entrypoint-initdb.d are not read.
set -eu

note() { echo "$(date --rfc-3339=seconds) [Note] [Entrypoint]: $*"; }
fail() {
  echo "$(date --rfc-3339=seconds) [ERROR] [Entrypoint]: $*" >&2
  exit 1
}

# setting NAME  prints the variable, or what is in the file that NAME_FILE names.
setting() {
  local file=${1}_FILE
  if [[ -n ${!1:-} && -n ${!file:-} ]]; then fail "Both $1 and $file are set (but are exclusive)"; fi
  if [[ -n ${!file:-} ]]; then cat "${!file}"; else printf '%s' "${!1:-}"; fi
}

# quoted TEXT  prints an SQL text.
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}

# named TEXT  prints an SQL name.
# shellcheck disable=SC2016
named() { printf '`%s`' "${1//\`/\`\`}"; }

first_statements() {
  local root=$1 database=$2 user=$3 password=$4
  # the prepared folder also has root without password from elsewhere
  echo "DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';"
  echo "DELETE FROM mysql.proxies_priv WHERE Host <> 'localhost';"
  echo "FLUSH PRIVILEGES;"
  echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(quoted "$root");"
  echo "CREATE USER 'root'@'%' IDENTIFIED BY $(quoted "$root");"
  echo "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"
  if [[ -n $database ]]; then echo "CREATE DATABASE IF NOT EXISTS $(named "$database");"; fi
  if [[ -n $user && -n $password ]]; then
    echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
    if [[ -n $database ]]; then echo "GRANT ALL ON $(named "$database").* TO $(quoted "$user")@'%';"; fi
  fi
}

if [[ ${1:-} == -* ]]; then set -- mysqld "$@"; fi
if [[ ${1:-} != mysqld || " $* " == *" --version "* || " $* " == *" --help "* ]]; then exec "$@"; fi

data=/var/lib/mysql
owner=mysql
note "Entrypoint script for MySQL Server 8.0 (stand-in: MariaDB) started."
# without the right to change owners the database runs as whoever we are
chown mysql:mysql "$data" /run/mysqld 2>/dev/null || owner=$(id -un)

if [[ ! -d $data/mysql ]]; then
  root=$(setting MYSQL_ROOT_PASSWORD) database=$(setting MYSQL_DATABASE)
  user=$(setting MYSQL_USER) password=$(setting MYSQL_PASSWORD)
  if [[ -z $root && -z ${MYSQL_ALLOW_EMPTY_PASSWORD:-} && -z ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]]; then
    fail "Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD"
  fi
  if [[ $user == root ]]; then
    fail 'MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user
    Remove MYSQL_USER="root" and use one of the following to control the root user password:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD'
  fi
  if [[ -z $root && -n ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]]; then
    root=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
    note "GENERATED ROOT PASSWORD: $root"
  fi
  note "Initializing database files"
  cp -r /usr/share/mysql-seed/. "$data/"
  if [[ $owner == mysql ]]; then chown -R mysql:mysql "$data"; fi
  (umask 077 && first_statements "$root" "$database" "$user" "$password" >/run/mysqld/first.sql)
  if [[ $owner == mysql ]]; then chown mysql:mysql /run/mysqld/first.sql; fi
  if [[ -n $database ]]; then note "Creating database $database"; fi
  note "MySQL init process done. Ready for start up."
  set -- "$@" --init-file=/run/mysqld/first.sql
fi
unset MYSQL_ROOT_PASSWORD MYSQL_PASSWORD
exec "$@" --user="$owner"
