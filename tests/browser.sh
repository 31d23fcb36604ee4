#!/bin/sh
# The browser tests need Chromium. Where it is missing and we may install it, install Debian's; else say what is skipped.
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Checkline: installing chromium for the browser tests ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core >/dev/null && exit 0
fi
echo "Checkline: no Chromium here and none could be installed: the browser tests are skipped (in CI they fail)." >&2
[ -z "${CI:-}" ]
