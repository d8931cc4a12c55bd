// @ts-check
// What every signed-in page shares: who am I, the header, the live connection, the end of the session, and one drawing
// per change. A page gives its view and is told when facts change.
import { render } from '../vendor/lit-html/lit-html.js';
import { createApi } from './api.js';
import { setCodes } from './codes.js';
import { clock, either, language, loadMessages, t } from './text.js';
import { announce, brand, button, closeDialog, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Session} Session */
/** @typedef {import('../types/api').Role} Role */
/** @typedef {import('./live.js').Live} Live */

/** Where each role works: the pages of its menu, the one it begins on first. @type {Record<Role, string[]>} */
export const PAGES_OF = {
  referrer: ['/plaatsen', '/dienst', '/verblijf', '/samenwerken', '/sleutel'],
  comensha: ['/toewijzing', '/plaatsen', '/dienst', '/verblijf', '/samenwerken', '/sleutel'],
  gatekeeper: ['/toewijzing', '/samenwerken'],
  shelter: ['/opvang', '/koppeling', '/verblijf', '/samenwerken', '/veiligheid', '/sleutel'],
  municipality: ['/gemeente', '/verblijf'],
  rapporteur: ['/gemeente', '/verblijf'],
  org_admin: ['/koppeling', '/verblijf', '/veiligheid', '/sleutel'],
  exchange_admin: ['/koppeling', '/veiligheid'],
};
/** @type {Record<string, string>} */
const TITLE_OF = {
  '/plaatsen': 'placer.title', '/opvang': 'shelter.title', '/gemeente': 'overview.page', '/koppeling': 'feeds.title',
  '/verwijzing': 'dossier.title',
  '/dienst': 'timers.page',
  '/toewijzing': 'gate.title',
  '/verblijf': 'stay.page',
  '/samenwerken': 'together.title',
  '/sleutel': 'key.title',
  '/veiligheid': 'safety.title',
};
const AGAIN_MS = 3000;
// A shelter's open stream counts as use on the server: a night phone that only waits stays signed in until the shift ends.
const STREAM_IS_USE = new Set(['shelter']);

const OWNER_KEPT = 'plek.owner';
const RETURN_KEPT = 'plek.return';

/**
 * What a tab keeps is of one account. A session that ends by itself leaves it, so that the worker who signs in again
 * finds the draft; whoever else signs in must not: it is of a household. Before anything of it is read. The name of the
 * account itself is not kept: it may be somebody's.
 * @param {string} account
 */
export async function keepForOne(account) {
  try {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(account)));
    const owner = Array.from(hash.slice(0, 8), b => b.toString(16).padStart(2, '0')).join('');
    if (sessionStorage.getItem(OWNER_KEPT) === owner) return;
    sessionStorage.clear();
    sessionStorage.setItem(OWNER_KEPT, owner);
  } catch { // whose it is cannot be told: then it is nobody's
    try { sessionStorage.clear(); } catch { /* nothing is kept */ }
  }
}

/** Remember where to return after signing in. The hash holds at most the number of a referral. */
export function leaveToSignIn() {
  try { sessionStorage.setItem(RETURN_KEPT, location.pathname + location.hash); } catch { /* then the start page */ }
  location.assign('/inloggen');
}

export function toggleTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === 'night' ? 'day' : 'night';
  try { localStorage.setItem('theme', root.dataset.theme); } catch { /* not remembered */ }
}

export async function toggleLanguage() {
  const next = language() === 'nl' ? 'en' : 'nl';
  await loadMessages(next);
  document.documentElement.lang = next;
  try { localStorage.setItem('lang', next); } catch { /* not remembered */ }
}

/** Texts of the static HTML (skip link, title) in the language of the reader. @param {string} titleKey @param {string} skipKey */
export function translateShell(titleKey, skipKey) {
  document.title = `${t(titleKey)} – Veilige Plek`;
  const skip = document.querySelector('.nl-skip-link');
  if (skip) skip.textContent = t(skipKey);
}

// The skip link must not touch the hash: there the number of a referral may stand.
export function wireSkipLink() {
  document.querySelector('.nl-skip-link')?.addEventListener('click', event => {
    event.preventDefault();
    const target = document.getElementById((/** @type {HTMLAnchorElement} */(event.currentTarget)).hash.slice(1));
    target?.setAttribute('tabindex', '-1');
    target?.focus();
    target?.scrollIntoView();
  });
}

/** Theme and language. @param {() => void} redraw */
export const switches = redraw => html`
  <button class="bar-button" type="button" aria-pressed=${document.documentElement.dataset.theme === 'night'} @click=${() => { toggleTheme(); redraw(); }}>${icon('moon')}<span class="sr">${t('frame.night')}</span></button>
  <button class="bar-button" type="button" lang=${language() === 'nl' ? 'en' : 'nl'} @click=${async () => { await toggleLanguage(); redraw(); }}><span class="wide">${language() === 'nl' ? 'English' : 'Nederlands'}</span><span class="narrow" aria-hidden="true">${language() === 'nl' ? 'EN' : 'NL'}</span></button>`;

/**
 * @typedef {object} Page
 * @property {Role[]} roles
 * @property {string} titleKey
 * @property {string} skipKey
 * @property {boolean} [phone] the header of the phone page
 * @property {boolean} [noLive] figures of yesterday need no stream
 * @property {(frame: Frame) => unknown} view everything below the header
 * @property {(frame: Frame) => Promise<void> | void} begin fetch the first facts
 * @property {(live: Live, frame: Frame) => void} [onLive]
 * @property {(frame: Frame) => void} [onBack] connection came back: fetch everything
 * @property {(frame: Frame) => unknown} [pill] instead of the live pill
 */

/**
 * @typedef {object} Frame
 * @property {Session} session
 * @property {import('./api.js').Api} api
 * @property {() => void} draw ask for a new drawing; many asks in one frame are one drawing
 * @property {() => boolean} isStale
 * @property {() => string} staleSince clock time of the last message
 * @property {() => boolean} isInDoubt a write is being found out
 * @property {(title: string | null) => void} setTitle in front of the page's own title
 */

/** @param {Frame} frame @param {Page} page */
const livePill = (frame, page) => {
  if (page.pill) return page.pill(frame);
  const text = frame.isStale() ? t('live.stale', { time: frame.staleSince() }) : t('live.live', { time: frame.staleSince() });
  return html`<span class="live pulse ${frame.isStale() ? 'stale' : ''}"><span class="sr-narrow">${text}</span></span>`;
};

/** @param {Frame} frame */
const pagesOf = frame => PAGES_OF[frame.session.role].map(path => html`<li><a href=${path} aria-current=${path === location.pathname ? 'page' : nothing}>${t(TITLE_OF[path])}</a></li>`);

/** On a phone the menu of pages is in here too. @param {Frame} frame @param {Page} page @param {() => void} signOut */
const account = (frame, page, signOut) => html`<details class="account"><summary class="bar-button">${icon('user')}<span class="who"><b>${either(frame.session.displayNl, frame.session.displayEn) || frame.session.account}</b>${frame.session.organisation}</span><span class="sr-wide">${t('frame.account')}</span></summary>
  <div class="account-menu">${page.phone ? html`<nav aria-label=${t('frame.menu')}><ul>${pagesOf(frame)}</ul></nav>` : nothing}<p><b>${either(frame.session.displayNl, frame.session.displayEn)}</b><br>${frame.session.organisation}</p>${button(t('frame.sign_out'), { icon: 'logout', click: signOut })}</div></details>`;

/** @param {Frame} frame @param {Page} page @param {() => void} redraw @param {() => void} signOut */
const header = (frame, page, redraw, signOut) => page.phone
  ? html`<header class="phone-bar"><div class="name"><b>${frame.session.locationName ?? frame.session.organisation}</b><span>${either(frame.session.displayNl, frame.session.displayEn)}</span></div>${livePill(frame, page)}${switches(redraw)}${account(frame, page, signOut)}</header>`
  : html`<header class="topbar">${brand(location.pathname)}<nav aria-label=${t('frame.menu')}><ul>${pagesOf(frame)}</ul></nav><div class="bar-right">${livePill(frame, page)}${switches(redraw)}${account(frame, page, signOut)}</div></header>`;

const CODES_KEPT = 'plek.codes';

/**
 * The code lists, over a hundred kilobytes: the copy of this tab at once, and a fresh one for the next page.
 * @param {import('./api.js').Api} api @returns {Promise<import('../types/api').Codes>}
 */
async function loadCodes(api) {
  const fresh = api.get('/codes').then(codes => {
    try { sessionStorage.setItem(CODES_KEPT, JSON.stringify(codes)); } catch { /* fetched each time */ }
    return codes;
  }).catch(() => ({}));
  try {
    const kept = sessionStorage.getItem(CODES_KEPT);
    if (kept) return JSON.parse(kept);
  } catch { /* then the fresh one */ }
  return fresh;
}

/** @param {string} titleKey */
function plainPage(titleKey, /** @type {unknown} */ body) {
  const app = document.getElementById('app');
  app?.replaceChildren();
  const target = document.querySelector('.nl-skip-link')?.getAttribute('href')?.slice(1) ?? 'main';
  if (app) render(html`<main class="plain" id=${target}><h1>${t(titleKey)}</h1>${body}</main>`, app);
}

/** @param {Page} page */
export async function startPage(page) {
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  const texts = loadMessages(document.documentElement.lang);
  const watch = { lastUse: Date.now(), idleMs: Infinity, endsAt: Infinity };
  const openedAt = Date.now();
  /** @type {typeof import('./session_end.js') | null} */
  let end = null;
  let doubt = false;
  let isBlind = false;
  let queued = false;
  let ready = false;
  /** @type {string | null} */
  let titlePrefix = null;
  const api = createApi({
    fetch: (...args) => fetch(...args),
    wait: ms => new Promise(done => setTimeout(done, ms)),
    onSignedOut: leaveToSignIn,
    onUse: () => { watch.lastUse = Date.now(); },
    onDoubt: now => { doubt = now; if (now) announce(t('doubt.text')); draw(); },
  });

  /** @param {Session} session */
  function meet(session) {
    api.setCsrf(session.csrfToken);
    watch.endsAt = new Date(session.endsAt).getTime();
    watch.idleMs = STREAM_IS_USE.has(session.role) ? Infinity : new Date(session.idleEndsAt).getTime() - Date.now();
    watch.lastUse = Date.now();
  }

  function draw() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      translateShell(page.titleKey, page.skipKey);
      if (titlePrefix) document.title = `${titlePrefix} – Veilige Plek`;
      render(html`${header(frame, page, draw, signOut)}${ready ? page.view(frame) : html`<main class="waiting" aria-busy="true"><p class="sr">${t('frame.loading')}</p></main>`}${end?.dialog(stay, signOut)}`, root);
    });
  }

  async function signOut() {
    try { await api.remove('/session'); } catch { /* an ended session is signed out too */ }
    live?.signOut();
    try { sessionStorage.clear(); } catch { /* nothing kept */ }
    location.assign('/inloggen');
  }

  async function stay() {
    closeDialog('session-end');
    try { meet(await api.get('/session')); } catch { leaveToSignIn(); }
  }

  /** The warning before the end comes after the first screen too; until it is here each look asks for it. */
  async function watchSession() {
    if (!end) {
      end = await import('./session_end.js').catch(() => null);
      draw();
    }
    end?.look(watch, stay);
  }

  /** After the first screen. Without the stream nobody knows what changed: as long as it does not come the page says so. */
  async function startStream() {
    const stream = await import('./live.js').catch(() => null);
    isBlind = !stream;
    if (stream) listen(stream.startLive);
    else setTimeout(startStream, AGAIN_MS);
    draw();
  }

  /** @param {typeof import('./live.js').startLive} startLive */
  function listen(startLive) {
    let shown = '';
    live = startLive({
      signedOut: leaveToSignIn,
      state: ({ stale, lastAt, back }) => {
        if (back) { announce(t('live.back')); page.onBack?.(frame); }
        if (stale) announce(t('live.stale', { time: clock(lastAt) }));
        const now = `${stale} ${clock(lastAt)}`;
        if (now !== shown) { shown = now; draw(); }
      },
      event: event => page.onLive?.(event, frame),
    });
  }

  const codes = loadCodes(api);
  const first = await Promise.all([api.get('/session').catch(error => error), texts]);
  if (first[0] instanceof Error) {
    const { status } = /** @type {import('./api.js').ApiError} */ (first[0]);
    if (status === 401) return leaveToSignIn();
    return plainPage('frame.away_title', html`<p>${t('frame.away_text')}</p>${button(t('frame.try_again'), { icon: 'refresh', click: () => location.reload() })}`);
  }
  /** @type {Session} */
  const session = first[0];
  await keepForOne(session.account);
  meet(session);
  wireSkipLink();
  if (!page.roles.includes(session.role)) return plainPage('frame.no_right_title', html`<p>${t('frame.no_right_text')}</p><p><a href="/">${t('frame.to_start')}</a></p>`);

  /** @type {ReturnType<typeof import('./live.js').startLive> | null} */
  let live = null;
  /** @type {Frame} */
  const frame = {
    session, api, draw,
    isStale: () => live?.isStale() ?? isBlind,
    staleSince: () => clock(live?.lastAt() ?? openedAt),
    isInDoubt: () => doubt,
    setTitle: title => { titlePrefix = title; draw(); },
  };
  root.replaceChildren(); // the header of the static page, there for the first paint
  draw();
  setCodes(await codes);
  await page.begin(frame);
  ready = true;
  draw();
  if (!page.noLive) startStream();
  setInterval(watchSession, 5000);
  return undefined;
}

/** The bar that says the data is old and writing cannot be done now. @param {Frame} frame @param {() => void} retry @param {string} [textKey] */
export const staleNotice = (frame, retry, textKey = 'offline.text') => frame.isStale() ? html`<div class="notice" role="alert">${icon('wifi-off')}<div><b>${t('offline.title', { time: frame.staleSince() })}</b>${t(textKey)}</div>${button(t('offline.retry'), { icon: 'refresh', click: retry })}</div>` : nothing;

/** @param {Frame} frame */
export const doubtNotice = frame => frame.isInDoubt() ? html`<div class="notice" role="status">${icon('hourglass')}<div><b>${t('doubt.title')}</b>${t('doubt.text')}</div></div>` : nothing;
