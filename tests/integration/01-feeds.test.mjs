// The own JSON (schema/feeds/opvang.schema.json): a strict schema, the words of the own XML, and a reader that takes what
// the schema takes. The schema judges with ajv, the reader is `plek-adapter check`. Needs no broker and no database.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { BIN, ROOT } from '../support/exchange.mjs';

const FEEDS = join(ROOT, 'schema/feeds');
const read = name => readFileSync(join(FEEDS, name), 'utf8');
const sample = () => JSON.parse(read('samples/opvang.json'));
const schema = JSON.parse(read('opvang.schema.json'));
const ajv = addFormats(new Ajv({ allErrors: true, strict: true }));
const judge = ajv.compile(schema);

/** Each: what is done to the sample, and whether it may still be taken. */
const CASES = [
  ['as it is', () => {}, true],
  ['no source id', m => delete m.bronId, true],
  ['no counts but the free', m => { m.plekken = [{ code: 'nood', vrij: 0 }]; }, true],
  ['a moment of its own', m => { m.plekken[0].peilmoment = '2026-11-21T19:00:00.5Z'; }, true],
  ['an open stop', m => delete m.plekken[1].stop.tot, true],
  ['no format', m => delete m.formaat, false],
  ['another version', m => { m.formaat = 'urn:veiligeplek:opvang:2'; }, false],
  ['no moment', m => delete m.peilmoment, false],
  ['no zone', m => { m.peilmoment = '2026-11-21T20:00:00'; }, false],
  ['a day only', m => { m.peilmoment = '2026-11-21'; }, false],
  ['a day that is not', m => { m.peilmoment = '2026-02-30T20:00:00Z'; }, false],
  ['a space for the T', m => { m.peilmoment = '2026-11-21 20:00:00Z'; }, false],
  ['no places', m => delete m.plekken, false],
  ['an empty list', m => { m.plekken = []; }, false],
  ['a place without a code', m => delete m.plekken[0].code, false],
  ['an empty code', m => { m.plekken[0].code = ''; }, false],
  ['a code of two lines', m => { m.plekken[0].code = 'no\nod'; }, false],
  ['negative', m => { m.plekken[0].vrij = -1; }, false],
  ['too many', m => { m.plekken[0].totaal = 10001; }, false],
  ['half a room', m => { m.plekken[0].vrij = 0.5; }, false],
  ['null', m => { m.plekken[0].vrij = null; }, false],
  ['a number as text', m => { m.plekken[0].vrij = '1'; }, false],
  ['true for ja', m => { m.plekken[0].leverbaar = true; }, false],
  ['Ja for ja', m => { m.plekken[0].leverbaar = 'Ja'; }, false],
  ['a stop without a reason', m => delete m.plekken[1].stop.reden, false],
  ['a stop of a word', m => { m.plekken[1].stop = 'onderhoud'; }, false],
  ['a name', m => { m.plekken[0].naam = 'x'; }, false],
  ['an address', m => { m.adres = 'x'; }, false],
  ['a phone in a stop', m => { m.plekken[1].stop.telefoon = 'x'; }, false],
  ['a source id with a space', m => { m.bronId = 'a b'; }, false],
  ['a source id of 65', m => { m.bronId = 'a'.repeat(65); }, false],
];

test('the schema is valid by its own draft, and says the words of the XSD', () => {
  assert.ok(ajv.validateSchema(schema), ajv.errorsText());
  const xsd = new Set([...read('opvang.xsd').matchAll(/<xs:(?:element|attribute) name="(\w+)"/g)].map(m => m[1]));
  const json = new Set();
  const walk = node => {
    if (node === null || typeof node !== 'object') return;
    for (const name of Object.keys(node.properties ?? {})) json.add(name);
    Object.values(node).forEach(walk);
  };
  walk(schema);
  for (const wrapper of ['capaciteit', 'plek']) xsd.delete(wrapper); // an object needs no name of its own
  json.delete('formaat'); // the namespace of the XML
  assert.deepEqual([...json].sort(), [...xsd].sort());
});

test('schema and reader take and refuse the same', () => {
  const dir = mkdtempSync(join(tmpdir(), 'plek-feeds-'));
  try {
    const profile = join(dir, 'json.json');
    writeFileSync(profile, JSON.stringify({ format: 'opvang_json', providers: { huis: { pools: { nood: 'huis-nood', gezin: 'huis-gezin' } } } }));
    for (const [what, change, good] of CASES) {
      const message = sample();
      // The sample is of one evening; the reader asks that nothing is of the future.
      message.peilmoment = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      change(message);
      assert.equal(judge(message), good, `schema: ${what}: ${ajv.errorsText(judge.errors)}`);
      const file = join(dir, 'message.json');
      if (message.plekken?.[0]?.peilmoment) message.plekken[0].peilmoment = '2025-11-21T19:00:00.5Z';
      writeFileSync(file, JSON.stringify(message, null, 1));
      const r = spawnSync(join(BIN, 'plek-adapter'), ['check', file, '--profile', profile, '--json'], { encoding: 'utf8', cwd: ROOT });
      assert.equal(r.status, good ? 0 : 1, `reader: ${what}: ${r.stdout}${r.stderr}`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

const HSDS = join(ROOT, '../shared/standards/hsds/service.schema.json');
test('our sample of HSDS is a service by the schema of the standard', { skip: !existsSync(HSDS) && 'the folder of standards is not here' }, () => {
  const service = addFormats(new Ajv({ allErrors: true, strict: false })).compile(JSON.parse(readFileSync(HSDS, 'utf8')));
  for (const s of JSON.parse(read('samples/hsds.json')).contents)
    assert.ok(service(s), JSON.stringify(service.errors));
});
