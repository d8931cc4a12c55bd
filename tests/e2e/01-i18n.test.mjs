// The texts are whole: the same keys and parameters in both languages, every key that the pages use, a text for every
// reason, rule and refusal of the core, and Dutch that can be read at three in the morning. And the rules of the pages'
// code that the security policy needs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const read = path => readFileSync(new URL(path, root), 'utf8');
const nl = JSON.parse(read('broker/ui/i18n/nl.json'));
const en = JSON.parse(read('broker/ui/i18n/en.json'));
const modules = readdirSync(new URL('broker/ui/js/', root)).filter(f => f.endsWith('.js'));
const source = [...modules.map(f => `broker/ui/js/${f}`), 'broker/ui/night/sheet.js'].map(read).join('\n');
const has = key => key in nl || (`${key}.one` in nl && `${key}.other` in nl);
const params = text => [...text.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort();

test('both languages have the same keys and the same parameters', () => {
  assert.deepEqual(Object.keys(nl).sort(), Object.keys(en).sort());
  for (const key of Object.keys(nl)) {
    assert.deepEqual([...new Set(params(nl[key]))], [...new Set(params(en[key]))], key);
    assert.notEqual(nl[key].trim(), '', key);
    assert.notEqual(en[key].trim(), '', key);
  }
});

test('a plural has both forms and no third text beside them', () => {
  for (const key of Object.keys(nl)) {
    const [, base, form] = /^(.*)\.(one|other)$/.exec(key) ?? [];
    if (!form) continue;
    assert.ok(has(base), base);
    assert.ok(!(base in nl), `${base} stands beside its forms`);
  }
});

test('every key in the pages exists, and no text lies unused', () => {
  const groups = new Set(Object.keys(nl).map(k => k.split('.')[0]));
  const used = new Set();
  for (const [, key] of source.matchAll(/['"`]([a-z_]+\.[a-z0-9_.A-Z]+)['"`]/g))
    if (groups.has(key.split('.')[0]) && !key.endsWith('.js')) used.add(key);
  for (const key of used) if (!key.startsWith('plek.')) assert.ok(has(key), `${key} is used and has no text`);
  const prefixes = [...source.matchAll(/`([a-z_]+\.[a-z0-9_]*)\$\{/g)].map(m => m[1]).filter(p => groups.has(p.split('.')[0]));
  for (const prefix of prefixes) assert.ok(Object.keys(nl).some(k => k.startsWith(prefix)), `${prefix}… has texts`);
  const spare = Object.keys(nl).map(k => k.replace(/\.(one|other)$/, '')).filter(k => !used.has(k) && !prefixes.some(p => k.startsWith(p)) && !/^shift\..*_(done|text)$/.test(k));
  assert.deepEqual([...new Set(spare)], []);
});

test('every reason, rule, refusal and way a request ends has its text', () => {
  const reasons = [...read('broker/core/reason.def').matchAll(/^REASON\(\w+, "(\w+)"/gm)].map(m => m[1]);
  const refusals = [...read('broker/core/outcome.c').matchAll(/\[REFUSAL_\w+\] = "(\w+)"/g)].map(m => m[1]).filter(c => c !== 'none');
  const rules = [...read('broker/core/match_rules.c').matchAll(/codes\[RULE_N\] = \{([^}]*)\}/g)].flatMap(m => [...m[1].matchAll(/"(\w+)"/g)].map(x => x[1]));
  assert.ok(reasons.length > 50 && refusals.length > 15 && rules.length > 15, 'the lists of the core were found');
  for (const code of reasons) assert.ok(has(`reason.${code}`), `reason.${code}`);
  for (const code of refusals) assert.ok(has(`problem.${code}`), `problem.${code}`);
  for (const code of rules) assert.ok(has(`rule.${code}`), `rule.${code}`);
  const table = [...read('broker/http/reply_table.c').matchAll(/\{(\d{3}), "([\w-]+)"/g)];
  assert.ok(table.length > 20, 'the table of answers was found');
  for (const [, status, type] of table) assert.ok(has(`problem.${type}`) || has(`problem.status_${status}`) || status === '500', `${status} ${type}`);
  const statuses = new Set([...read('schema/api/openapi.yaml').matchAll(/^ {8}"(4\d\d|5\d\d)":/gm)].map(m => m[1]));
  for (const status of statuses) assert.ok(has(`problem.status_${status}`), `problem.status_${status}`);
  const waits = [...read('broker/http/call_parts.c').matchAll(/reply_problem_wait\([^;]*?\b429,\s*"(\w+)"/g)].map(m => m[1]);
  assert.deepEqual(waits, ['too_often'], 'what asks a person to wait was found');
  for (const type of waits) assert.ok(has(`problem.${type}`), `problem.${type}: told of oneself, not of a crowd`);
  for (const why of ['other_yes', 'withdrawn', 'no_show', 'hold_ended', 'bed_gone', 'household_no', 'fell_through', 'taken_back']) for (const group of ['answer', 'ended']) assert.ok(has(`${group}.cancelled_${why}`));
});

test('Dutch is plain: short sentences, people words', () => {
  for (const [key, text] of Object.entries(nl)) {
    for (const sentence of text.split(/(?<=[.?!:])\s+/)) {
      const words = sentence.split(/\s+/).filter(w => /[\p{L}\p{N}{]/u.test(w)).length;
      assert.ok(words <= 15, `${key}: ${words} words: ${sentence}`);
    }
    assert.doesNotMatch(text, /\b(casus|cliënt|middels|teneinde|dient te|match|score)\b/i, key);
  }
});

// Official words that cannot be left out: explained in plain words where a page has them first, behind a colon or in brackets.
const TERMS = {
  'care.regie_title': 'Regie', 'care.mdo': 'MDO', 'gate.section': 'Toewijzer', 'gate.until_hint': 'Bedenktijd', 'gate.bridge_none': 'brugbed', 'nobed.bed_hint': 'brugbed', 'stay.beds_text': 'brugbed', 'handover.title': 'Warme overdracht',
  'handover.notes': 'Verzegelde notities', 'safety.overflow': 'overloopplek', 'safety.surge': 'Drukte', 'stay.clocks': 'Termijnen', 'stay.outflow': 'Uitstroom', 'stay.stream': 'Geldstroom',
};
test('a word of the field is explained where it first stands, and hard words do not stand at all', () => {
  for (const [key, term] of Object.entries(TERMS)) assert.match(nl[key], new RegExp(`${term}(: | \\()(\\S+ ){1,}\\S+|\\w+ \\w+ .*\\(${term}\\)$`), key);
  for (const [key, text] of Object.entries(nl)) {
    assert.doesNotMatch(text, /\b(opnamestop|bewaakt|vernietigd|vastgelegd|genoteerd|vrijgegeven|conform|betreffende|indien|tevens|geïndiceerd|poortwachter|huishouden|overbrugging)\b/i, key);
  }
});

test('the code keeps to what the security policy allows', () => {
  const banned = [/\bstyle\s*=/, /styleMap/, /unsafeHTML/, /innerHTML/, /outerHTML/, /insertAdjacentHTML/, /document\.write/, /\beval\(/, /new Function/, /\son\w+\s*=\s*["'$]/, /\.style\./];
  for (const file of modules) for (const pattern of banned) assert.doesNotMatch(read(`broker/ui/js/${file}`), pattern, file);
  const page = read('broker/ui/pages/page.html');
  for (const pattern of banned) assert.doesNotMatch(page, pattern);
  assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)/, 'no inline script');
  assert.doesNotMatch(page, /<style/);
  assert.match(page, /<noscript>/);
  assert.doesNotMatch(read('broker/ui/pages/pages.json'), /[<>&]/, 'texts only');
});

test('every word that people see comes from the texts', () => {
  // A letter sequence between tags in a template would be a text that no translator sees. Names and codes are let through.
  const allowed = new Set(['Veilige Plek', 'CSV', 'English', 'Nederlands', 'EN', 'NL']);
  for (const file of modules) {
    for (const [, words] of read(`broker/ui/js/${file}`).matchAll(/>\s*([A-Za-zÀ-ÿ][A-Za-zÀ-ÿ ,.’']{2,})\s*<\//g))
      assert.ok(allowed.has(words.trim()), `${file}: "${words.trim()}"`);
  }
});

test('every page is there whole, and asks at once for all modules that it needs', () => {
  const out = mkdtempSync(join(tmpdir(), 'plek-ui-'));
  try {
    execFileSync(process.execPath, [fileURLToPath(new URL('broker/ui/tools/vendor.mjs', root)), join(out, 'ui')]);
    const pages = readdirSync(join(out, 'ui/pages')).filter(f => f.endsWith('.html'));
    assert.deepEqual(pages.sort(), ['dienst.html', 'gemeente.html', 'index.html', 'inloggen.html', 'koppeling.html', 'opvang.html', 'plaatsen.html', 'samenwerken.html', 'sleutel.html', 'toewijzing.html', 'veiligheid.html', 'verblijf.html', 'verwijzing.html']);
    const [hash] = readdirSync(join(out, 'ui/s'));
    for (const file of pages) {
      const page = readFileSync(join(out, 'ui/pages', file), 'utf8');
      assert.doesNotMatch(page, /\{\{/, file);
      const linked = [...page.matchAll(/(?:href|src)="\/s\/([^"]+)"/g)].map(m => m[1]);
      for (const link of linked) assert.ok(existsSync(join(out, 'ui/s', link)), `${file}: ${link}`);
      const asked = new Set(linked);
      for (const link of linked.filter(f => f.endsWith('.js')))
        for (const [, next] of readFileSync(join(out, 'ui/s', link), 'utf8').matchAll(/\bfrom\s*["'](\.[^"']+)["']/g))
          assert.ok(asked.has(join(dirname(link), next)), `${file}: ${link} imports ${next}`);
      assert.ok(asked.has(`${hash}/js/frame.js`), file);
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

test('every icon that the pages use is in the sprite', () => {
  const icons = new Set(readdirSync(new URL('broker/ui/icons/', root)).filter(f => f.endsWith('.svg')).map(f => f.slice(0, -4)));
  const used = [...source.matchAll(/icon\('([a-z0-9-]+)'\)|icon: '([a-z0-9-]+)'|lines\.push\(\['([a-z0-9-]+)'/g)].map(m => m[1] ?? m[2] ?? m[3]);
  assert.ok(used.length > 30);
  for (const name of used) assert.ok(icons.has(name), name);
});
