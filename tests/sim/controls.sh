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

# WHAT|SEEDS|STEPS|WORDS THAT EACH FAILURE'S REASON MUST HOLD (a regular expression)
# (the country of seed 3 has no place behind a gatekeeper)
while IFS='|' read -r what seeds steps words; do
    status=0
    # A planted CHECK failure aborts by intent: no core file, no sanitizer report.
    (ulimit -c 0; ASAN_OPTIONS=handle_abort=0 "$sim" --seeds "$seeds" --steps "$steps" --break "$what") >"$out" 2>&1 || status=$?
    found=$(grep -cE "^seed [0-9]+ failed at step [0-9]+: .*($words)" "$out" || true)
    if [ "$status" -eq 1 ] && [ "$found" -eq 4 ] && [ "$(tail -n 1 "$out")" = "0 passed, 4 failed" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "control '$what': status $status, found in $found of 4 seeds" >&2
        grep -E "^seed |passed" "$out" >&2 || true
    fi
done <<'ROWS'
double-hold|1-4|1500|units free in pool|is said to have [0-9]+ free|announces a place in pool [0-9]+, which has none
lost-answer|1-4|1500|was answered at seq
key|1-4|3000|with the same key|journal says|key is not in the journal
order|1-4|1500|a stream goes
audience|1-4|1500|reached a
digest|1-4|3000|cannot start: .*digest
stuck|1-4|500|not over
leak|1-4|12000|frozen by one person|said again that waits for nobody
gate|4-7|3000|past the gatekeeper
alarm|1-4|3000|nobody rang
hold|1-4|1500|without an end|nobody (is|was) alarmed|it is not raised again
night|1-4|3000|stay [0-9]+: the night of day
bed|1-4|12000|bridge [0-9]+: the night of day
regie|1-4|3000|co-ordinates, and [0-9]+ was told
check|1-4|500|killed by signal 6
note|1-4|12000|engine_check: (handover|digest)|the live state and its replay differ|replay gives another digest than the broker had
loss|1-4|12000|in use, and lost by one person
again|1-4|1500|it is not raised again
keeper|8-11|3000|min late and nobody is alarmed
household|1-4|1500|one household holds two places
left|1-4|12000|'(handover\.item|note\.[a-z_]+)' reached a 'shelter'
clock|1-4|12000|clock [0-9]+: it is of organisation
found|1-4|12000|a place came free in pool [0-9]+, the best for
unpaid|1-4|12000|declined for money at code rood
back|1-4|1500|which had not asked it
dates|1-4|12000|stay [0-9]+: it has -?[0-9]+ nights
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
