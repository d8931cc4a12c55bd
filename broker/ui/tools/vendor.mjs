// Makes the folder that plekd serves: pages, our own modules, and the few third-party files they need, copied out of
// node_modules. No bundling. Usage: node tools/vendor.mjs OUT
//
//   OUT/files.tsv          what is served: url, file, content type, cache rule ("immutable" or "no-store"), encodings
//   OUT/s/<hash>/...       everything with a name that changes when any byte changes; imports are relative
//   OUT/pages/*.html       pages/page.html, filled from pages/pages.json; {{s}} is /s/<hash>
//   OUT/openapi.json       from schema/api/openapi.yaml
// Beside each larger file stand .gz and .br, so that the server only picks one.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { parse } from 'yaml';

const ui = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const root = resolve(ui, '../..');
const out = resolve(process.argv[2] ?? join(root, 'build/ui'));
const fresh = `${out}.new`;
const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.json': 'application/json', '.webmanifest': 'application/manifest+json',
};
// Pages on which notes are sealed or opened: there the browser may compile WebAssembly.
const WASM = new Set(['sleutel', 'verwijzing']);
const LIT = ['lit-html', 'directive', 'directive-helpers', 'directives/repeat', 'directives/live'];

/** All files below a folder, as paths relative to it, sorted. @param {string} dir @returns {string[]} */
const walk = dir => readdirSync(dir, { withFileTypes: true })
  .flatMap(e => (e.isDirectory() ? walk(join(dir, e.name)).map(f => join(e.name, f)) : [e.name])).sort();

/** One SVG with a symbol for each file in icons/. */
function sprite() {
  const symbols = readdirSync(join(ui, 'icons')).filter(f => f.endsWith('.svg')).sort().map(f => {
    const inner = readFileSync(join(ui, 'icons', f), 'utf8')
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, '').replace('</svg>', '')
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, '').replace(/\s*\n\s*/g, '');
    return `<symbol id="${f.slice(0, -4)}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}

/** Comments and JSDoc types are a quarter of the bytes over a phone; nothing else changes. @param {string} source */
const withoutComments = source => ts.transpileModule(source, { compilerOptions: { removeComments: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 } }).outputText;

/** All styles one after another in one file: one request in place of nine on a night phone. */
function stylesheet(dir, from) {
  const nl = ['button', 'data-badge', 'skip-link'].map(c => join(from, `@nl-design-system-candidate/${c}-css/dist/${c}.css`));
  const own = ['theme', 'app', 'placer', 'shelter', 'municipality', 'feeds', 'dossier', 'timers', 'nobed', 'gate', 'care', 'handover', 'stay', 'safety'].map(c => join(ui, 'css', `${c}.css`));
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'plek.css'), [...nl, ...own].map(f => readFileSync(f, 'utf8')).join('\n'));
}

function gather(dir) {
  const from = join(ui, 'node_modules');
  cpSync(join(ui, 'i18n'), join(dir, 'i18n'), { recursive: true });
  mkdirSync(join(dir, 'js'));
  for (const f of readdirSync(join(ui, 'js'))) writeFileSync(join(dir, 'js', f), withoutComments(readFileSync(join(ui, 'js', f), 'utf8')));
  mkdirSync(join(dir, 'vendor/lit-html/directives'), { recursive: true });
  for (const f of LIT) cpSync(join(from, `lit-html/${f}.js`), join(dir, `vendor/lit-html/${f}.js`));
  stylesheet(join(dir, 'css'), from);
  cpSync(join(from, '@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2'), join(dir, 'vendor/text.woff2'));
  writeFileSync(join(dir, 'vendor/icons.svg'), sprite());
  cpSync(join(ui, 'favicon.svg'), join(dir, 'vendor/icon.svg'));
  sodium(join(dir, 'vendor/sodium'), from);
}

/** libsodium with Argon2id (the sumo build), loaded only when something is sealed or opened. The name by which one of its
 * modules asks for the other becomes a path; nothing else changes. */
function sodium(dir, from) {
  const core = join(from, 'libsodium-sumo/dist/modules-sumo-esm/libsodium-sumo.mjs');
  const wrappers = readFileSync(join(from, 'libsodium-wrappers-sumo/dist/modules-sumo-esm/libsodium-wrappers.mjs'), 'utf8');
  const named = 'from"libsodium-sumo"';
  if (wrappers.split(named).length !== 2) throw new Error('libsodium-wrappers asks for its other half in another way');
  mkdirSync(dir, { recursive: true });
  cpSync(core, join(dir, 'libsodium-sumo.mjs'));
  writeFileSync(join(dir, 'libsodium-wrappers.mjs'), wrappers.replace(named, 'from"./libsodium-sumo.mjs"'));
  cpSync(join(from, 'libsodium-sumo/LICENSE'), join(dir, 'LICENSE.txt'));
}

function hashOf(dir) {
  const h = createHash('sha256');
  for (const f of walk(dir)) h.update(f).update('\0').update(readFileSync(join(dir, f)));
  return h.digest('hex').slice(0, 12);
}

/** Names of the kinds of place by their code; none of them holds a comma. @param {'nl' | 'en'} lang */
function kindsOf(lang) {
  const [head, ...rows] = readFileSync(join(root, 'schema/codes/kinds.csv'), 'utf8').trim().split('\n').map(line => line.split(','));
  const [code, label] = ['code', `label_${lang}`].map(name => head.indexOf(name));
  return Object.fromEntries(rows.map(cells => [cells[code], cells[label]]));
}

/** The night sheet as the broker fills it in: one file that needs no other and no network. Its modules are addresses of
 * data, named by an import map; {{sheet}} stays for the broker. */
function nightSheet() {
  const from = join(ui, 'node_modules');
  const dist = (pack, file) => readFileSync(join(from, pack, 'dist/modules-sumo-esm', file), 'utf8');
  const data = source => `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
  const imports = {
    'libsodium-sumo': data(dist('libsodium-sumo', 'libsodium-sumo.mjs')), sodium: data(dist('libsodium-wrappers-sumo', 'libsodium-wrappers.mjs')),
    sealing: data(withoutComments(readFileSync(join(ui, 'js/sealing.js'), 'utf8'))),
  };
  const texts = Object.fromEntries(['nl', 'en'].map(lang => {
    const all = Object.entries(JSON.parse(readFileSync(join(ui, `i18n/${lang}.json`), 'utf8')));
    const script = readFileSync(join(root, `schema/night-sheet/script.${lang}.txt`), 'utf8').trim().split('\n');
    return [lang, { ...Object.fromEntries(all.filter(([key]) => key.startsWith('nightsheet.'))), script, kinds: kindsOf(lang) }];
  }));
  const inside = value => JSON.stringify(value).replaceAll('<', '\\u003c');
  const parts = { style: `data:text/css;base64,${readFileSync(join(ui, 'night/sheet.css')).toString('base64')}`, imports: inside({ imports }), texts: inside(texts), script: withoutComments(readFileSync(join(ui, 'night/sheet.js'), 'utf8')) };
  return readFileSync(join(ui, 'night/sheet.html'), 'utf8').replace(/\{\{(style|imports|texts|script)\}\}/g, (_, name) => parts[name]);
}

/** Write .gz and .br beside a file where they save something; returns the encodings made. @param {string} file */
function compress(file) {
  const raw = readFileSync(file);
  if (extname(file) === '.woff2' || raw.length < 400) return [];
  writeFileSync(`${file}.gz`, gzipSync(raw, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  return ['gz', 'br'];
}

/** The modules that SCRIPT imports, and theirs, each once: a browser that must find them one by one waits for each in
 * turn. What is imported when it is needed, by import(), may never be: it is not among them, nor asked for beforehand.
 * @param {string} dir @param {string} script @param {string[]} [found] @returns {string[]} */
function modulesOf(dir, script, found = []) {
  const { statements } = ts.createSourceFile(script, readFileSync(join(dir, script), 'utf8'), ts.ScriptTarget.ES2022);
  for (const { moduleSpecifier } of statements.filter(s => ts.isImportDeclaration(s) || ts.isExportDeclaration(s))) {
    const next = moduleSpecifier && join(dirname(script), moduleSpecifier.text);
    if (!next || !moduleSpecifier.text.startsWith('.') || found.includes(next)) continue;
    found.push(next);
    modulesOf(dir, next, found);
  }
  return found;
}

/** @param {string} template @param {Record<string, string>} values */
const filled = (template, values) => template.replace(/\{\{(\w+)\}\}/g, (_, name) => {
  if (!(name in values)) throw new Error(`page.html: nothing for {{${name}}}`);
  return values[name];
});

/** @param {string} text */
const escaped = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);

/** @param {Record<string, string>} texts what differs from page to page @param {string} assets @param {string} s */
function page(texts, assets, s) {
  const preloads = modulesOf(assets, `js/${texts.script}.js`).map(f => `<link rel="modulepreload" href="${s}/${f}">`).join('\n');
  const words = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, escaped(text)]));
  return filled(readFileSync(join(ui, 'pages/page.html'), 'utf8'), { ...words, preloads, s });
}

rmSync(fresh, { recursive: true, force: true });
mkdirSync(join(fresh, 'assets'), { recursive: true });
gather(join(fresh, 'assets'));
const hash = hashOf(join(fresh, 'assets'));
mkdirSync(join(fresh, 's'));
renameSync(join(fresh, 'assets'), join(fresh, 's', hash));

const rows = [];
const row = (url, file, cache) => {
  const enc = compress(join(fresh, file));
  rows.push([url, file, types[extname(file)] ?? 'application/octet-stream', cache, enc.join(',') || '-'].join('\t'));
};
for (const f of walk(join(fresh, 's', hash))) row(`/s/${hash}/${f}`, `s/${hash}/${f}`, 'immutable');
mkdirSync(join(fresh, 'pages'));
for (const [name, texts] of Object.entries(JSON.parse(readFileSync(join(ui, 'pages/pages.json'), 'utf8')))) {
  writeFileSync(join(fresh, 'pages', `${name}.html`), page(texts, join(fresh, 's', hash), `/s/${hash}`));
  row(name === 'index' ? '/' : `/${name}`, `pages/${name}.html`, WASM.has(name) ? 'no-store,wasm' : 'no-store');
}
writeFileSync(join(fresh, 'openapi.json'), JSON.stringify(parse(readFileSync(join(root, 'schema/api/openapi.yaml'), 'utf8'))));
row('/api/v1/openapi.json', 'openapi.json', 'no-store');
writeFileSync(join(fresh, 'night-sheet.html'), nightSheet());
writeFileSync(join(fresh, 'files.tsv'), rows.join('\n') + '\n');

rmSync(out, { recursive: true, force: true });
mkdirSync(dirname(out), { recursive: true });
renameSync(fresh, out);
const bytes = walk(out).filter(f => !/\.(gz|br)$/.test(f)).reduce((n, f) => n + statSync(join(out, f)).size, 0);
console.log(`ui: ${rows.length} files, ${Math.round(bytes / 1024)} kB in ${relative(process.cwd(), out) || '.'} (/s/${hash})`);
