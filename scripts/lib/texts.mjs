// Compare the Dutch and English texts: every folder that holds nl.json and en.json, and every module that exports
// one. Prints what differs; exit 1 on a difference, 77 when there are no texts yet.
//
//   node scripts/lib/texts.mjs CHECKOUT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const top = process.argv[2];

function* folders(dir) {
  yield dir;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* folders(join(dir, entry.name));
  }
}

async function load(dir, language) {
  const json = join(dir, `${language}.json`);
  if (existsSync(json)) return JSON.parse(readFileSync(json, 'utf8'));
  for (const end of ['js', 'mjs']) {
    const path = join(dir, `${language}.${end}`);
    if (existsSync(path)) {
      const found = await import(pathToFileURL(path).href);
      return found.default ?? found.texts ?? { ...found };
    }
  }
  return undefined;
}

// "a.b.c" -> text, so that nested tables compare as flat ones.
function flat(value, prefix = '', out = new Map()) {
  for (const [key, item] of Object.entries(value)) {
    const name = prefix ? `${prefix}.${key}` : key;
    if (item !== null && typeof item === 'object') flat(item, name, out);
    else out.set(name, item);
  }
  return out;
}

const blanks = (text) => [...String(text).matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join(',');

let pairs = 0;
let wrong = 0;
for (const room of ['broker', 'schema', 'adapters']) {
  for (const dir of existsSync(join(top, room)) ? folders(join(top, room)) : []) {
    const [nl, en] = [await load(dir, 'nl'), await load(dir, 'en')];
    if (!nl && !en) continue;
    pairs++;
    const where = relative(top, dir);
    const say = (text) => { console.log(`${where}: ${text}`); wrong++; };
    if (!nl || !en) { say(`only ${nl ? 'nl' : 'en'} is there`); continue; }
    const [a, b] = [flat(nl), flat(en)];
    for (const key of a.keys()) if (!b.has(key)) say(`"${key}" has no English text`);
    for (const key of b.keys()) if (!a.has(key)) say(`"${key}" has no Dutch text`);
    for (const [key, text] of a) {
      if (text === '' || b.get(key) === '') say(`"${key}" is empty`);
      if (b.has(key) && blanks(text) !== blanks(b.get(key))) say(`"${key}" has other {blanks} in English`);
    }
  }
}
if (pairs === 0) process.exit(77);
console.log(`${pairs} pairs of texts`);
process.exit(wrong ? 1 : 0);
