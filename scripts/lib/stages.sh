# shellcheck shell=bash
# The stages of scripts/test. A stage prints its whole output (kept in var/log/test-STAGE.log) and calls
# `tally PASSED FAILED SKIPPED` as often as it likes; what it passes to `detail` is shown under a red stage line.
# A stage that cannot be started, or finds no tests, is a failure: silence must never look like success.

stage_names=(lint build unit sim integration e2e fuzz api)
build_dev=$root/build/dev
unit_seconds=300
sim_seconds=1800 # a hundred nights take 2 to 5 minutes on two cores
node_seconds=1500
fuzz_seconds=10
# What strangers write gets longer; two at once, so that the whole stays below eight minutes.
fuzz_feed_seconds=60
fuzz_feeds=(opvang_xml opvang_json hsds edxl_have csv_feed fhir xml_xpath iwmo)
fuzz_jobs=2

# One test case of its own: `unit`, `sim` and fuzz programs run with these.
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:allow_addr2line=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

tally() {
    printf '%s %s %s\n' "$1" "$2" "$3" >>"$counts_file"
}

detail() {
    printf '%s\n' "$*" | tee -a "$detail_file"
}

no_tests_yet() {
    detail "no tests yet: $1"
    tally 0 1 0
}

stage_lint() {
    # shellcheck source=lib/lint.sh
    . "$root/scripts/lib/lint.sh"
    local name out rc
    for name in "${lint_checks[@]}"; do
        echo "lint: $name"
        rc=0
        out=$("lint_$name" 2>&1) || rc=$?
        printf '%s\n' "$out"
        case $rc in
        0) tally 1 0 0 ;;
        77) tally 0 0 1 ;;
        *)
            detail "not ok - $name"
            detail "$(printf '%s\n' "$out" | tail -n 12 | sed 's/^/    /')"
            tally 0 1 0
            ;;
        esac
    done
}

# Warnings are errors, AddressSanitizer and UndefinedBehaviorSanitizer are in. Not a case by itself: it counts only
# when it fails.
stage_build() {
    local log=$root/var/log/test-build-tools.log rc
    # -k 0: one broken file must not hide what the others say.
    # And what scripts/run builds: the optimiser warns of what the sanitizers' build does not see.
    {
        cmake --preset dev && cmake --build build/dev -- -k 0 &&
            cmake --preset release -DPLEK_TESTS=OFF && cmake --build build/release --target plekd plek plek-adapter -- -k 0
    } 2>&1 | tee "$log"
    rc=${PIPESTATUS[0]}
    [ "$rc" -eq 0 ] || {
        detail "not ok - the build ended with status $rc"
        detail "$(grep -E 'error:|undefined reference|CMake Error' "$log" | head -n 12 | sed 's/^/    /')"
        tally 0 1 0
    }
}

# take_tap FILE STATUS NAME: count a program's TAP. Cases that were planned but never reported (a crash), and a red
# exit without a red case (a leak found at the end), are failures.
take_tap() {
    local counts ok not_ok skip missing
    counts=$(awk '
        /^1\.\.[0-9]+/ { planned += substr($1, 4) }
        /^(not )?ok [0-9]+.*# SKIP/ { skip++; next }
        /^ok [0-9]/ { ok++ }
        /^not ok [0-9]/ { bad++ }
        END { print ok + 0, bad + 0, skip + 0, planned + 0 }' "$1")
    read -r ok not_ok skip missing <<<"$counts"
    missing=$((missing - ok - not_ok - skip))
    if [ $missing -gt 0 ]; then
        detail "not ok - $3: $missing cases were not run"
        not_ok=$((not_ok + missing))
    fi
    if [ "$2" -ne 0 ] && [ "$not_ok" -eq 0 ]; then
        detail "not ok - $3: ended with status $2"
        not_ok=1
    fi
    if [ $((ok + not_ok + skip)) -eq 0 ]; then
        detail "not ok - $3: reported no case"
        not_ok=1
    fi
    if [ "$not_ok" -gt 0 ]; then
        detail "$(grep -aE -A4 '^not ok [0-9]' "$1" | grep -av '# SKIP' | head -n 12 | sed 's/^/    /')"
        detail "$(grep -aE 'ERROR: |SUMMARY: |runtime error' "$1" | head -n 4 | sed 's/^/    /')"
    fi
    tally "$ok" "$not_ok" "$skip"
}

stage_unit() {
    local source sources name program out rc n=0
    out=$(mktemp)
    mapfile -t sources < <(find tests/unit -name '*_test.c' | LC_ALL=C sort)
    for source in "${sources[@]}"; do
        n=$((n + 1))
        name=${source#tests/}
        name=${name%.c}
        name=${name//\//_}
        program=$build_dev/tests/$name
        if [ ! -x "$program" ]; then
            detail "not ok - $name was not built (has its room sources?)"
            tally 0 1 0
            continue
        fi
        echo "== $name"
        rc=0
        CMOCKA_MESSAGE_OUTPUT=TAP timeout $unit_seconds "$program" >"$out" 2>&1 || rc=$?
        cat "$out"
        take_tap "$out" $rc "$name"
    done
    rm -f "$out"
    [ $n -gt 0 ] || no_tests_yet tests/unit
}

# counted NAME COMMAND...: run a program whose last line is 'N passed, N failed', and take over its counts.
counted() {
    local name=$1 out rc line ok=0 not_ok=0
    shift
    out=$(mktemp)
    timeout --kill-after=20 $sim_seconds "$@" 2>&1 | tee "$out"
    rc=${PIPESTATUS[0]}
    line=$(tail -n 1 "$out")
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        ok=${BASH_REMATCH[1]} not_ok=${BASH_REMATCH[2]}
        [ "$rc" -eq 0 ] || [ "$not_ok" -gt 0 ] || not_ok=1
        [ $((ok + not_ok)) -gt 0 ] || not_ok=1
    else
        not_ok=1
        echo "its last line is not 'N passed, N failed'" >>"$out"
    fi
    if [ "$not_ok" -gt 0 ]; then
        detail "not ok - $name (status $rc)"
        detail "$(grep -aE 'seed [0-9]+ failed|control |ERROR: |SUMMARY: |never done|last line is' "$out" | tail -n 8 | sed 's/^/    /')"
    fi
    tally "$ok" "$not_ok" 0
    rm -f "$out"
}

# A hundred kinds of night and those that failed once; then the planted defects, which the checker must see.
stage_sim() {
    local program=$build_dev/tests/plek-sim
    compgen -G 'tests/sim/*.c' >/dev/null || {
        no_tests_yet tests/sim
        return 0
    }
    [ -x "$program" ] || {
        detail "not ok - plek-sim was not built"
        tally 0 1 0
        return 0
    }
    counted "simulated nights" "$program" --seeds 1-100 --stats --walked --also tests/sim/seeds.txt
    counted "planted defects" tests/sim/controls.sh "$program"
}

# node_tests FOLDER: run FOLDER/*.test.mjs one file after the other.
node_tests() {
    local files out rc=0 line
    mapfile -t files < <(ls "$1"/*.test.mjs 2>/dev/null)
    [ ${#files[@]} -gt 0 ] || {
        no_tests_yet "$1"
        return 0
    }
    out=$(mktemp)
    PLEK_ROOT=$root PLEK_BUILD_DIR=$build_dev timeout --kill-after=20 $node_seconds \
        node --test --test-concurrency=1 --test-reporter="$root/scripts/lib/count-reporter.mjs" \
        --test-reporter-destination=stdout "${files[@]}" 2>&1 | tee "$out"
    rc=${PIPESTATUS[0]}
    line=$(grep -a '^counts ' "$out" | tail -n 1) || line=''
    if [ -z "$line" ]; then
        detail "not ok - $1: node --test ended with status $rc before its end"
        tally 0 1 0
    else
        local ok not_ok skip
        read -r _ ok not_ok skip <<<"$line"
        [ "$rc" -eq 0 ] || [ "$not_ok" -gt 0 ] || not_ok=1
        [ $((ok + not_ok + skip)) -gt 0 ] || not_ok=1
        [ "$not_ok" -eq 0 ] || detail "$(grep -a -A6 '^not ok' "$out" | head -n 40 | sed 's/^/    /')"
        tally "$ok" "$not_ok" "$skip"
    fi
    rm -f "$out"
}

# A program that was not built is a failure by itself; the tests that need no program still run.
needs_programs() {
    local name
    for name in plekd plek plek-adapter; do
        [ -x "$build_dev/$name" ] || {
            detail "not ok - $name was not built"
            tally 0 1 0
        }
    done
}

stage_integration() {
    needs_programs
    node_tests tests/integration
}

stage_e2e() {
    needs_programs
    node broker/ui/tools/vendor.mjs build/ui || {
        detail "not ok - the pages could not be copied"
        tally 0 1 0
        return 0
    }
    PLEK_CHROMIUM=$(command -v chromium) node_tests tests/e2e
}

stage_fuzz() {
    local out line rc
    out=$(mktemp)
    local file name wanted=()
    for file in "$root"/tests/fuzz/fuzz_*.c; do
        name=$(basename "$file" .c)
        name=${name#fuzz_}
        case " ${fuzz_feeds[*]} " in
        *" ${name#adapters_} "*) wanted+=("$name=$fuzz_feed_seconds") ;;
        *) wanted+=("$name") ;;
        esac
    done
    "$root/scripts/fuzz" --seconds $fuzz_seconds --jobs $fuzz_jobs "${wanted[@]}" 2>&1 | tee "$out"
    rc=${PIPESTATUS[0]}
    line=$(grep -aE '^[0-9]+ targets, [0-9]+ findings' "$out" | tail -n 1) || line=''
    if [[ $line =~ ^([0-9]+)\ targets,\ ([0-9]+)\ findings ]] && [ "${BASH_REMATCH[1]}" -gt 0 ]; then
        local targets=${BASH_REMATCH[1]} findings=${BASH_REMATCH[2]}
        [ "$rc" -eq 0 ] || [ "$findings" -gt 0 ] || findings=1
        [ "$findings" -eq 0 ] || detail "$(grep -aE 'FINDING|not built' "$out" | head -n 12 | sed 's/^/    /')"
        tally $((targets - findings)) "$findings" 0
    else
        detail "not ok - $(tail -n 1 "$out")"
        tally 0 1 0
    fi
    rm -f "$out"
}

# The API description against the Dutch API design rules, whose rule set is not ours to copy: it lies beside the
# checkout, or where PLEK_SHARED says.
stage_api() {
    local api=schema/api/openapi.yaml rules out rc
    rules=${PLEK_SHARED:-$root/../shared}/standards/nl-api/adr-linter-2.2-main-c780316.yaml
    [ -f $api ] || {
        no_tests_yet $api
        return 0
    }
    [ -f "$rules" ] || {
        echo "skip - the rule set of the Dutch API design rules is not beside this checkout"
        tally 0 0 1
        return 0
    }
    out=$(mktemp)
    NO_COLOR=1 tests/node_modules/.bin/spectral lint --ruleset "$rules" --fail-severity=warn $api 2>&1 | tee "$out"
    rc=${PIPESTATUS[0]}
    if [ "$rc" -eq 0 ]; then
        tally 1 0 0
    else
        detail "not ok - $api breaks the design rules"
        detail "$(grep -vE '^$' "$out" | tail -n 12 | sed 's/^/    /')"
        tally 0 1 0
    fi
    rm -f "$out"
}
