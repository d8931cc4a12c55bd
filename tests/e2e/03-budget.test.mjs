// What a night phone must fetch before it can show a page: the JavaScript that a page imports at any depth, gzipped, is
// within 25 kB. What a page imports when it is needed, by import(), is not fetched with it: not asked for beforehand, and
// named here, so that a part does not slip into the first screen unseen.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BUDGET_BYTES = 25_000;
// What every page fetches right after its first screen: the stream of events, and the warning before a session ends.
const ALWAYS_LATER = ['live.js', 'session_end.js'];
/** What each page may fetch later. */
const LATER = {
  dienst: [],
  gemeente: [],
  index: [],
  inloggen: [],
  koppeling: ['feeds_all.js', 'feeds_hand.js'],
  opvang: ['awake.js', 'night_link.js', 'shelter_work.js'],
  plaatsen: ['night_link.js', 'placer_intake_more.js', 'placer_work.js'],
  samenwerken: [],
  sleutel: ['libsodium-wrappers.mjs'],
  toewijzing: [],
  veiligheid: [],
  verblijf: ['stay_house.js', 'stays_csv.js'],
  verwijzing: ['dossier_care.js', 'dossier_facts.js', 'dossier_gate.js', 'dossier_handover.js', 'dossier_nobed.js', 'dossier_stay.js', 'dossier_timers.js'],
};

let out, assets;
before(() => {
  out = mkdtempSync(join(tmpdir(), 'plek-budget-'));
  execFileSync(process.execPath, [fileURLToPath(new URL('../../broker/ui/tools/vendor.mjs', import.meta.url)), join(out, 'ui')]);
  assets = join(out, 'ui/s', readdirSync(join(out, 'ui/s'))[0]);
});
after(() => rmSync(out, { recursive: true, force: true }));

const source = file => readFileSync(join(assets, file), 'utf8');
const bytesOf = file => statSync(existsSync(join(assets, `${file}.gz`)) ? join(assets, `${file}.gz`) : join(assets, file)).size;
const named = (text, pattern, from) => [...text.matchAll(pattern)].map(m => join(dirname(from), m[1]));
const imports = file => named(source(file), /(?:^|[;\n}])\s*(?:import|export)\b[^;'"()]*["'](\.[^"']+)["']/g, file);
const imported = file => named(source(file), /\bimport\(\s*["'](\.[^"']+)["']\s*\)/g, file);

/** FILE and all that it imports, each once. */
function whole(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const next of imports(file)) whole(next, found);
  return found;
}

for (const [name, mayComeLater] of Object.entries(LATER)) {
  test(`/${name === 'index' ? '' : name}: the JavaScript of its first screen is within ${BUDGET_BYTES / 1000} kB`, t => {
    const page = readFileSync(join(out, 'ui/pages', `${name}.html`), 'utf8');
    const asked = [...page.matchAll(/(?:href|src)="\/s\/[^/]+\/([^"]+\.m?js)"/g)].map(m => m[1]);
    const needed = new Set(asked.filter(f => page.includes(`/${f}"></script>`)).flatMap(f => [...whole(f)]));
    assert.ok(needed.size > 8, 'its modules were found');
    assert.deepEqual(asked.sort(), [...needed].sort(), 'what is asked for beforehand is what is needed at once');
    const bytes = [...needed].reduce((n, f) => n + bytesOf(f), 0);
    const later = [...new Set([...needed].flatMap(imported))].map(f => f.split('/').at(-1)).filter(f => !ALWAYS_LATER.includes(f));
    t.diagnostic(`${bytes} bytes in ${needed.size} files`);
    assert.ok(bytes <= BUDGET_BYTES, `${bytes} bytes:\n${[...needed].sort((a, b) => bytesOf(b) - bytesOf(a)).map(f => `${bytesOf(f)} ${f}`).join('\n')}`);
    assert.deepEqual(later.sort(), mayComeLater, 'what comes later');
  });
}

test('every page is in the table', () => {
  assert.deepEqual(readdirSync(join(out, 'ui/pages')).filter(f => f.endsWith('.html')).map(f => f.slice(0, -5)).sort(), Object.keys(LATER).sort());
});
