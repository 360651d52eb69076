#!/bin/sh
# Give the words to node when they are not a program of their own: an option, an unknown name, or a script file.
set -e
case "$1" in
-*) set -- node "$@" ;;
*)
  if [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
    set -- node "$@"
  fi
  ;;
esac
exec "$@"
