#!/usr/bin/env bash
# What a check of section 02 does, by hand with the docker CLI and curl: the measure for our own checks.
# usage: same_by_hand.sh FOLDER   (a project with a Dockerfile whose base is on this host)
set -euo pipefail
tag=docent-bench:latest # kept, so that the next build is cached
docker build --quiet --network none --tag "$tag" "$1" >/dev/null
container=$(docker run --detach --publish 127.0.0.1::3000 "$tag")
trap 'docker rm --force --volumes "$container" >/dev/null' EXIT
address=$(docker port "$container" 3000/tcp | head -n 1)
until curl --silent --fail "http://$address/items" >/dev/null; do sleep 0.05; done
id=$(curl --silent --json '{"name": "chk-bench"}' "http://$address/items" | sed 's/.*"id":"\([^"]*\)".*/\1/')
curl --silent "http://$address/items" | grep --quiet "$id"
curl --silent --request DELETE "http://$address/items/$id" >/dev/null
docker inspect "$container" "$tag" >/dev/null
