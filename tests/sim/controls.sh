#!/usr/bin/env bash
# Does the simulation's checker see? Each planted defect must make every seed fail, for the reason that belongs to
# it; and the same seed must give the same night twice.
#
#   controls.sh PLEK-SIM
set -euo pipefail

sim=$1
out=$(mktemp)
trap 'rm -f "$out"' EXIT
failed=0
passed=0

# WHAT|STEPS|WORDS THAT EACH FAILURE'S REASON MUST HOLD (a regular expression)
while IFS='|' read -r what steps words; do
    status=0
    # A planted CHECK failure aborts by intent: no core file, no sanitizer report.
    (ulimit -c 0; ASAN_OPTIONS=handle_abort=0 "$sim" --seeds 1-4 --steps "$steps" --break "$what") >"$out" 2>&1 || status=$?
    found=$(grep -cE "^seed [0-9]+ failed at step [0-9]+: .*($words)" "$out" || true)
    if [ "$status" -eq 1 ] && [ "$found" -eq 4 ] && [ "$(tail -n 1 "$out")" = "0 passed, 4 failed" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "control '$what': status $status, found in $found of 4 seeds" >&2
        grep -E "^seed |passed" "$out" >&2 || true
    fi
done <<'ROWS'
double-hold|1500|units free in pool|is said to have [0-9]+ free|announces a place in pool [0-9]+, which has none
lost-answer|1500|was answered at seq
key|3000|with the same key|journal says|key is not in the journal
order|1500|a stream goes
audience|1500|reached a
digest|3000|cannot start: .*digest
stuck|500|not over
leak|4000|frozen by one person
gate|1500|past the gatekeeper
alarm|3000|nobody rang
hold|1500|without an end|nobody is alarmed
night|3000|the night of day
check|500|killed by signal 6
note|4000|engine_check: (handover|digest)
ROWS

"$sim" --seeds 1-4 --steps 1500 --fingerprints | sort >"$out"
if "$sim" --seeds 1-4 --steps 1500 --jobs 1 --fingerprints | sort | cmp -s "$out" - && [ "$(grep -c fingerprint "$out")" -eq 4 ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "control 'same seed, same night': fingerprints differ" >&2
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
