# shellcheck shell=bash
# The checks of `scripts/test lint`: each is a function that prints what is wrong and returns 1, or returns 77 where
# it has nothing to look at yet (counted as skipped). New check: write lint_NAME and add it to lint_checks.

lint_checks=(format layers layers_self_test shell javascript types page_rules texts data hosts run_bits)

# Files of ours by name pattern: tracked and new ones, not what .gitignore names.
our_files() {
    git -C "$root" ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
        [ ! -f "$root/$file" ] || printf '%s\n' "$file"
    done
}

lint_format() {
    local files
    mapfile -t files < <(our_files 'broker/*.c' 'broker/*.h' 'adapters/*.c' 'adapters/*.h' 'tests/*.c' 'tests/*.h')
    [ ${#files[@]} -gt 0 ] || return 77
    local out
    out=$(clang-format-14 --dry-run --Werror "${files[@]}" 2>&1) && return 0
    printf '%s\n' "$out" | grep 'error:' | sort -u -t: -k1,1
    echo "repair with: clang-format-14 -i FILE"
    return 1
}

lint_layers() {
    "$root/scripts/layers"
}

lint_layers_self_test() {
    "$root/scripts/layers" --self-test
}

lint_shell() {
    local scripts
    mapfile -t scripts < <(our_files 'scripts/*' '.ci/*' 'ops/*' 'tests/*' | while IFS= read -r file; do
        head -c 32 "$file" | grep -qE '^#!.*\b(bash|sh)\b' && printf '%s\n' "$file"
    done)
    shellcheck -a "${scripts[@]}"
}

lint_javascript() {
    local files file bad=0
    mapfile -t files < <(our_files '*.mjs' 'broker/ui/*.js')
    [ ${#files[@]} -gt 0 ] || return 77
    for file in "${files[@]}"; do
        case $file in
        *.mjs) node --check "$file" || bad=1 ;;
        *) node --input-type=module --check <"$file" || { echo "  in $file"; bad=1; } ;; # pages load modules only
        esac
    done
    # What runs in node runs in that of Debian 12 (18), whatever this machine has: it knows none of these.
    for file in "${files[@]}"; do
        case $file in
        broker/ui/js/*) continue ;; # browsers do
        esac
        if grep -nHE '\.(toSorted|toReversed|toSpliced)\(|(Object|Map)\.groupBy\(|Promise\.withResolvers|Array\.fromAsync' "$file" |
            grep -v 'Map.groupBy ?'; then
            echo "  node 18 does not have it"
            bad=1
        fi
    done
    return "$bad"
}

lint_types() {
    [ -f broker/ui/tsconfig.json ] || return 77
    # The pages' types come from the vendored files beside them.
    node broker/ui/tools/vendor.mjs build/ui && tests/node_modules/.bin/tsc --noEmit -p broker/ui
}

# What the strict content security policy and safe rendering forbid.
lint_page_rules() {
    local files bad=0
    mapfile -t files < <(our_files 'broker/ui/*.html' 'broker/ui/*.js' 'broker/ui/*.mjs' 'broker/ui/*.css')
    [ ${#files[@]} -gt 0 ] || return 77
    forbid() {
        local why=$1 pattern=$2
        if grep -nE -e "$pattern" "${files[@]}"; then
            echo "  ^ $why"
            bad=1
        fi
    }
    forbid 'no inline styles (style-src is strict)' '<[a-zA-Z][^>]*[[:space:]]style[[:space:]]*=|<style[[:space:]>]'
    forbid 'no inline handlers (script-src is strict)' '<[a-zA-Z][^>]*[[:space:]]on[a-z]+[[:space:]]*='
    forbid 'no scripts in the page (script-src is strict)' '<script[[:space:]]*>'
    forbid 'no HTML from text: use the templates' '\.(innerHTML|outerHTML)[[:space:]]*=|insertAdjacentHTML|document\.write|unsafeHTML|srcdoc'
    forbid 'no code from text' '(^|[^A-Za-z_.])eval[[:space:]]*\(|new[[:space:]]+Function[[:space:]]*\(|set(Timeout|Interval)[[:space:]]*\([[:space:]]*['"'\"\`"']'
    forbid 'nothing is loaded from elsewhere' '(src|href)[[:space:]]*=[[:space:]]*"?(https?:)?//|@import[[:space:]]+url|url\([[:space:]]*["'"'"']?(https?:)?//'
    forbid 'nothing of a household stays in the browser' '(^|[^A-Za-z_])indexedDB([^A-Za-z_]|$)'
    # What is kept in the browser is how it looks and in which language, by these names; reading is free.
    if grep -nE '(^|[^A-Za-z_])localStorage([^A-Za-z_]|$)' "${files[@]}" |
        grep -vE 'localStorage\.(getItem|removeItem)\(|localStorage\.setItem\(.(theme|lang).,'; then
        echo "  ^ nothing of a household stays in the browser (only theme and lang)"
        bad=1
    fi
    return "$bad"
}

# Dutch and English texts have the same keys, and none is empty.
lint_texts() {
    node "$root/scripts/lib/texts.mjs" "$root"
}

# Every data file can be read by what it claims to be.
lint_data() {
    local files bad=0 file
    mapfile -t files < <(our_files '*.json' '*.xml' '*.xsd' | grep -vE '^tests/(fuzz/corpus|.*/bad)/|/(bad|broken|invalid)[^/]*$')
    [ ${#files[@]} -gt 0 ] || return 77
    for file in "${files[@]}"; do
        case $file in
        *.json) node -e 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))' "$file" || { echo "  in $file"; bad=1; } ;;
        *) xmllint --nonet --noout "$file" || bad=1 ;;
        esac
    done
    return "$bad"
}

# No package registry's host, no folder of somebody's machine. Patterns are written so that they miss themselves.
lint_hosts() {
    local bad=0
    look() {
        if git -C "$root" grep -nIE --untracked -e "$2" -- . ':!LICENSE' ':!tests/fuzz/corpus'; then
            echo "  ^ $1"
            bad=1
        fi
    }
    look 'the host of a package registry' 'registry[.](npmjs|yarnpkg)|npmjs[.]org|deb[.]debian[.]org|pkg[.]dev/'
    look "a lockfile that names where packages came from (omit-lockfile-registry-resolved in .npmrc)" '"resolved"[:] *"http'
    look 'a folder of one machine' '(^|[^A-Za-z0-9_.$}-])/(home|Users)/[a-z]+/|(^|[^A-Za-z0-9_.$}-])/(wor[k]|roo[t])/'
    return "$bad"
}

lint_run_bits() {
    local file bad=0
    while IFS= read -r file; do
        if head -c 2 "$file" | grep -q '^#!' && [ ! -x "$file" ]; then
            echo "$file: begins with #! but has no run bit"
            bad=1
        fi
    done < <(our_files scripts .ci ops)
    return "$bad"
}
