# shellcheck shell=bash
# Which packages of Debian 12 the product and its tests need, and how the missing ones are installed.

# The bare server (mariadb-server-core), not mariadb-server: that one would set up a system-wide service, and the
# database here is a private one.
packages_run=(gcc libc6-dev cmake ninja-build pkg-config libevent-dev libmariadb-dev mariadb-server-core
    mariadb-client-core libxml2-dev libjansson-dev libsodium-dev libssl-dev libcurl4-openssl-dev uthash-dev
    libcsv-dev nodejs npm openssl ca-certificates curl)
packages_test=(libcmocka-dev mariadb-client clang clang-format-14 libclang-rt-14-dev chromium libxml2-utils shellcheck
    fonts-dejavu-core git procps glpk-utils)

# PACKAGE LEAST-VERSION: older ones have known holes that input from outside can reach.
package_floor=(
    "libevent-2.1-7 2.1.12-stable-8+deb12u1"
    "libxml2 2.9.14+dfsg-1.3~deb12u6"
)

# Newer Node than Debian's may come without packages of these names; what counts is that they run.
node_major_least=18

package_installed() {
    case $1 in
    nodejs)
        local major
        major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) && [ "$major" -ge $node_major_least ] && return 0
        ;;
    npm) command -v npm >/dev/null 2>&1 && return 0 ;;
    esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

packages_missing() {
    local name
    for name in "$@"; do
        package_installed "$name" || printf '%s\n' "$name"
    done
}

# Names of the packages below their floor, with the installed siblings from the same source: they depend on each
# other's exact version, so only together can they move.
packages_old() {
    local row name least version source
    for row in "${package_floor[@]}"; do
        read -r name least <<<"$row"
        version=$(dpkg-query -W -f='${Version}' "$name" 2>/dev/null) || version=''
        if [ -n "$version" ] && dpkg --compare-versions "$version" lt "$least"; then
            source=$(dpkg-query -W -f='${source:Package}' "$name")
            dpkg-query -W -f='${db:Status-Status} ${source:Package} ${Package}\n' |
                awk -v source="$source" '$1 == "installed" && $2 == source { print $3 }'
        fi
    done
}

require_debian_12() {
    local id version
    id=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null)
    version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release 2>/dev/null | tr -d '"')
    if [ "$id" != debian ] || [ "$version" != 12 ]; then
        fail "this needs Debian 12 (bookworm); this machine says '${id:-unknown} $version'"
    fi
}

# Print the words to put before apt-get: nothing for root, sudo where it can be had; status 1 otherwise.
root_words() {
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null 2>&1 || return 1
    if [ -t 0 ] || sudo -n true 2>/dev/null; then
        printf 'sudo'
        return 0
    fi
    return 1
}

# packages_install LOG NAME...: bring in the missing and the too old ones among NAMEs.
packages_install() {
    local log=$1 words wanted=()
    shift
    mapfile -t wanted < <({ packages_missing "$@"; packages_old; } | sort -u)
    if [ ${#wanted[@]} -gt 0 ]; then
        words=$(root_words) || fail "missing rights to install packages; run this as root: apt-get install --no-install-recommends ${wanted[*]}"
        say "  Packages to install: ${wanted[*]}"
        # shellcheck disable=SC2086 # empty or 'sudo'
        step "Reading package lists" "$log" $words apt-get -q -o DPkg::Lock::Timeout=180 update
        # shellcheck disable=SC2086
        step "Installing ${#wanted[@]} packages" "$log" $words env DEBIAN_FRONTEND=noninteractive \
            apt-get -q -y -o DPkg::Lock::Timeout=180 install --no-install-recommends "${wanted[@]}"
    fi
    local row name least
    for row in "${package_floor[@]}"; do
        read -r name least <<<"$row"
        local version
        version=$(dpkg-query -W -f='${Version}' "$name" 2>/dev/null) || version=none
        if [ "$version" = none ] || dpkg --compare-versions "$version" lt "$least"; then
            fail "$name $version is older than $least and has known holes; enable Debian's bookworm and bookworm-security sources"
        fi
    done
}

# npm_install DIR: npm ci in DIR (under the checkout) when its lockfile or the Node version changed since.
npm_install() {
    local dir=$1 stamp want
    [ -f "$root/$dir/package-lock.json" ] || return 0
    stamp=$root/var/cache/npm-${dir//\//-}.stamp
    want=$(cat "$root/$dir/package.json" "$root/$dir/package-lock.json" | sha256sum | cut -c1-64)-$(node -v)
    if [ -d "$root/$dir/node_modules" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then
        return 0
    fi
    mkdir -p "$root/var/cache"
    rm -f "$stamp"
    step "npm ci in $dir" "$root/var/log/npm-${dir//\//-}.log" \
        npm --prefix "$root/$dir" ci --ignore-scripts --no-audit --no-fund --loglevel=error
    printf '%s\n' "$want" >"$stamp"
}
