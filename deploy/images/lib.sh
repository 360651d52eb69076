# Functions that the recipes share. A recipe is a `context.sh` that fills $out with a build context:
# a Dockerfile and a rootfs.tar made of Debian and PyPI packages. It runs as any user, installs nothing on
# this machine, and takes the packages from wherever this machine's own apt and pip take theirs.
#
#   context.sh OUT CACHE PYTHON ROOT
#     OUT     an empty folder to fill          PYTHON  a Python with pip
#     CACHE   a folder to keep downloads in    ROOT    the top folder of Docent
# shellcheck shell=bash disable=SC2034
set -euo pipefail

out=$1 cache=$2 python=$3 root=$4
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
rootfs=$out/.rootfs

# Lines that begin with "#: " are shown to whoever waits.
say() { printf '#: %s\n' "$*"; }

# An apt of our own: the machine's sources and proxies, but its own lists, and an empty list of what is installed.
private_apt() {
  local apt=$cache/apt
  mkdir -p "$apt/lists/partial" "$out/.debs/partial"
  : >"$out/.dpkg-status"
  cat >"$out/.apt.conf" <<CONF
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$out/.dpkg-status";
Dir::Cache "$out";
Dir::Cache::archives "$out/.debs";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Debug::NoLocking "true";
CONF
  export APT_CONFIG=$out/.apt.conf
  # lists of the last hour will do; two recipes that run side by side take turns
  (
    flock 9
    if [[ -z $(find "$apt/updated" -mmin -60 2>/dev/null) ]]; then
      say "reading the package lists"
      apt-get -qq update
      touch "$apt/updated"
    fi
  ) 9>"$apt/lock"
}

# debs PACKAGE…  downloads the packages with all they need.
debs() {
  [[ -n ${APT_CONFIG:-} && -d $out/.debs ]] || private_apt
  say "downloading Debian packages: $*"
  apt-get -qq -y --download-only install "$@" >/dev/null
}

# debs_alone PACKAGE…  downloads packages without what they need.
debs_alone() {
  say "downloading Debian packages: $*"
  (cd "$out/.debs" && apt-get -qq download "$@")
}

# unpack  puts all downloaded packages into $rootfs, as on a system where /bin is /usr/bin.
unpack() {
  local deb name
  mkdir -p "$rootfs"/usr/{bin,sbin,lib,lib64} "$rootfs"/{etc,root,tmp,run,proc,sys,dev,var/tmp}
  for name in bin sbin lib lib64; do ln -sfn "usr/$name" "$rootfs/$name"; done
  ln -sfn ../run "$rootfs/var/run"
  chmod 1777 "$rootfs/tmp" "$rootfs/var/tmp"
  say "unpacking $(find "$out/.debs" -name '*.deb' | wc -l) packages"
  for deb in "$out"/.debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$rootfs" --keep-directory-symlink --no-same-owner \
      --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
      --exclude='./usr/share/info/*' --exclude='./usr/share/lintian/*'
  done
}

# people NAME:UID…  writes passwd and group: root, nobody and these.
people() {
  local entry name uid
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$rootfs/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$rootfs/etc/group"
  for entry in "$@"; do
    name=${entry%%:*} uid=${entry##*:}
    printf '%s:x:%s:%s::/home/%s:/bin/sh\n' "$name" "$uid" "$uid" "$name" >>"$rootfs/etc/passwd"
    printf '%s:x:%s:\n' "$name" "$uid" >>"$rootfs/etc/group"
  done
  printf 'hosts: files dns\n' >"$rootfs/etc/nsswitch.conf"
}

# os_release NAME  says honestly what this file system is.
os_release() {
  rm -f "$rootfs/etc/os-release"
  printf 'NAME="%s (Docent stand-in)"\nPRETTY_NAME="%s, a stand-in made by Docent from Debian packages"\nID=docent\n' \
    "$1" "$1" >"$rootfs/etc/os-release"
}

# wheel REQUIREMENT  unpacks a wheel from PyPI into $out/.wheel.
wheel() {
  local stem=${1//-/_}
  stem=${stem/==/-}
  mkdir -p "$cache/wheels" "$out/.wheel"
  if ! compgen -G "$cache/wheels/$stem-*.whl" >/dev/null; then
    say "downloading $1"
    "$python" -m pip -qq --disable-pip-version-check download --no-deps --only-binary :all: -d "$cache/wheels" "$1"
  fi
  "$python" - "$cache/wheels" "$stem" "$out/.wheel" <<'PY'
import pathlib, sys, zipfile
folder, stem, out = sys.argv[1:]
found = next(pathlib.Path(folder).glob(f"{stem}-*.whl"))
with zipfile.ZipFile(found) as wheel:
    for entry in wheel.infolist():
        path = pathlib.Path(wheel.extract(entry, out))
        if entry.external_attr >> 16 & 0o111:
            path.chmod(0o755)
PY
}

# pack [FOLDER]  turns $rootfs (or another folder) into rootfs.tar, everything owned by root.
pack() {
  say "packing"
  tar -c -C "${1:-$rootfs}" --owner=0 --group=0 --numeric-owner --sort=name --mtime=@1700000000 -f "$out/rootfs.tar" .
  cp "$here/Dockerfile" "$out/"
}
