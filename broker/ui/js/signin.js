// @ts-check
// Sign-in: name and password, nothing else. Paste and password managers work.
import { render } from '../vendor/lit-html/lit-html.js';
import { ApiError, createApi, problemText } from './api.js';
import { PAGES_OF, keepForOne, switches, translateShell, wireSkipLink } from './frame.js';
import { loadMessages, t } from './text.js';
import { brand, button, focusSoon, html, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Session} Session */

const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const api = createApi({ fetch: (...args) => fetch(...args), wait: ms => new Promise(done => setTimeout(done, ms)) });
const state = { busy: false, fault: '' };

function kept(/** @type {string} */ name) {
  try { return sessionStorage.getItem(name) ?? ''; } catch { return ''; }
}

/** Where the reader was, if it was they and that page belongs to this role; else the page the role begins on. In a tab that is
 * nobody's yet it was they who asked for it, as by a bookmark: without the number of a referral behind it, which may be of
 * who was signed out before. @param {Session} session */
async function destination(session) {
  const pages = PAGES_OF[session.role];
  const asked = kept('plek.owner') ? '' : kept('plek.return').replace(/#.*$/, '');
  await keepForOne(session.account); // of another's tab nothing is left to go back to
  const back = asked || kept('plek.return');
  try { sessionStorage.removeItem('plek.return'); } catch { /* none is kept */ }
  return pages.includes(back.replace(/#\d+$/, '')) ? back : pages[0];
}

/** A wrong name and a wrong password get the same words. @param {unknown} error */
function faultText(error) {
  if (error instanceof ApiError && error.status === 401) return t('signin.wrong');
  if (error instanceof ApiError && error.status === 429) return t('signin.too_many');
  return problemText(error);
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  if (state.busy) return;
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const username = String(form.get('username') ?? '').trim();
  const password = String(form.get('password') ?? '');
  state.fault = username && password ? '' : t('signin.empty');
  state.busy = state.fault === '';
  draw();
  if (state.fault) return focusSoon('signin-fault');
  try {
    location.assign(await destination(await api.ask('/session', { username, password })));
  } catch (error) {
    state.fault = faultText(error);
    state.busy = false;
    draw();
    focusSoon('signin-fault');
  }
}

const view = () => html`
  <header class="topbar">${brand('/')}<div class="bar-right">${switches(draw)}</div></header>
  <main class="plain" id="main">
    <h1>${t('signin.title')}</h1>
    ${state.fault ? notice({ title: state.fault, tone: 'error', alert: true, id: 'signin-fault' }) : nothing}
    <form class="signin" @submit=${submit} novalidate>
      <div class="field"><label for="username">${t('signin.name')}</label><input class="input" id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64"></div>
      <div class="field"><label for="password">${t('signin.password')}</label><input class="input" id="password" name="password" type="password" autocomplete="current-password" required maxlength="200"></div>
      ${button(state.busy ? t('signin.busy') : t('signin.submit'), { kind: 'primary', icon: 'login', type: 'submit', busy: state.busy })}
    </form>
    <p class="small subtle">${t('signin.help')}</p>
  </main>`;

function draw() {
  translateShell('signin.title', 'skip.main');
  render(view(), root);
}

await loadMessages(document.documentElement.lang);
wireSkipLink();
root.replaceChildren();
draw();
document.getElementById('username')?.focus();
