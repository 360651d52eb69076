# Functions that deploy/try and deploy/test share. Everything here can be run again and again: what is in place stays.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=$root/.docent
python=$root/.venv/bin/python

say() { printf '\033[1m▸\033[0m %s\n' "$*"; }
stop() {
  printf '\033[31m✗\033[0m %s\n' "$*" >&2
  exit 1
}

may_install() { [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null && grep -qiE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release; }

# apt_install PACKAGE…  on Debian and Ubuntu, as root; the lists are read once a run.
apt_install() {
  if [[ -z ${lists_read:-} ]]; then
    apt-get -qq update || stop "apt could not read its package lists; see the lines above."
    lists_read=yes
  fi
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >"$state/apt.log" 2>&1 ||
    stop "apt could not install $*; the last lines are in .docent/apt.log."
}

# Print a Python that is new enough and runs (a version manager may have names that do not).
find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

# need_python  makes .venv.
need_python() {
  local found
  if [[ -x $python ]] && "$python" -c '' 2>/dev/null; then return; fi
  if ! found=$(find_python); then
    if may_install; then
      say "Installing Python"
      apt_install python3 python3-venv
    fi
    found=$(find_python) || stop "Docent needs Python 3.11 or later, and found none: install one (it may be called python3.12) and start again."
  fi
  if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    may_install || stop "$found cannot make a virtual environment: install its venv package (on Debian: apt install python3-venv)."
    say "Installing Python's venv"
    apt_install "$(basename "$(readlink -f "$found")")-venv"
  fi
  say "Making .venv with $("$found" --version)"
  "$found" -m venv "$root/.venv"
}

# need_docent [EXTRA]  installs Docent into .venv, unless pyproject.toml is the one that was installed before.
need_docent() {
  local extra=${1:-} stamp=$root/.venv/docent-installed wanted
  need_python
  wanted=$(sha256sum "$root/pyproject.toml" | cut -c1-32)
  if grep -qsx "$wanted $extra" "$stamp" || { [[ -z $extra ]] && grep -qs "^$wanted " "$stamp"; }; then return; fi
  say "Installing Docent${extra:+ with what its tests need} (about a minute the first time)"
  "$python" -m pip install -qq --disable-pip-version-check --editable "$root${extra:+[$extra]}"
  echo "$wanted $extra" >"$stamp"
}

engine_answers() {
  "$python" -c 'import docker; docker.from_env(timeout=5).ping()' >/dev/null 2>&1
}

# need_engine  finds a Docker engine, or installs and starts one where that is possible.
need_engine() {
  if engine_answers; then return; fi
  if [[ -n ${DOCKER_HOST:-} ]]; then
    stop "DOCKER_HOST is $DOCKER_HOST, and no Docker engine answers there: start it, or unset DOCKER_HOST."
  fi
  if ! may_install; then
    if [[ -S /var/run/docker.sock ]]; then
      stop "A Docker engine is here, but it does not answer $USER: start it (sudo systemctl start docker) and join its group (sudo usermod -aG docker $USER, then log in again)."
    fi
    stop "Docent needs a Docker engine: install one (https://docs.docker.com/engine/install/) or set DOCKER_HOST, and start again."
  fi
  if ! command -v dockerd >/dev/null; then
    say "No Docker engine found: installing the package docker.io"
    apt_install docker.io iptables ca-certificates
  fi
  start_engine
}

# A dockerd that was killed leaves its process id behind, and the next one refuses to start because of it.
forget_killed_engine() {
  local file=/var/run/docker.pid id
  id=$(cat "$file" 2>/dev/null) || return 0
  if [[ $(cat "/proc/$id/comm" 2>/dev/null) != dockerd ]] || grep -q '^State:[[:space:]]*Z' "/proc/$id/status"; then
    rm -f "$file"
  fi
}

start_engine() {
  local waited
  if [[ -d /run/systemd/system ]]; then
    say "Starting the Docker engine (systemctl start docker)"
    systemctl start docker || stop "systemd could not start docker: see journalctl -u docker."
  else
    say "Starting the Docker engine in the background (its log: .docent/dockerd.log)"
    forget_killed_engine
    setsid dockerd >>"$state/dockerd.log" 2>&1 </dev/null &
  fi
  for ((waited = 0; waited < 150; waited++)); do
    if engine_answers; then return; fi
    sleep 0.2
  done
  stop "The Docker engine did not start within 30 seconds: $(tail -n 1 "$state/dockerd.log" 2>/dev/null)"
}

# need_chromium  for the tests that drive a real browser.
need_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then return; fi
  done
  may_install || stop "The browser tests need Chromium: install it (on Debian: apt install chromium) and start again."
  say "Installing Chromium for the browser tests"
  apt_install chromium
}

# need_postgresql  for the tests of records, which run a server of their own; without one they are skipped.
need_postgresql() {
  if compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null; then return; fi
  may_install || return 0
  say "Installing PostgreSQL for the tests of records"
  apt_install postgresql
}

mkdir -p "$state"
cd "$root" || exit
