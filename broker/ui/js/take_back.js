// @ts-check
// One request that waits for its answer is taken back by who asked it: the button at that request, and the sheet that
// says what it does. The exchange says with each request whether it may be (canWithdraw).
import { askedName } from './referral.js';
import { t } from './text.js';
import { button, closeDialog, html, nothing, openDialog } from './ui.js';

/** @typedef {import('../types/api').Request} Request */

const SHEET = 'take-back';

/** The request that the sheet is about: one that is answered meanwhile takes its sheet with it. */
let about = 0;

/** @param {Request} r @param {boolean} busy @param {() => void} draw */
export function takeBackButton(r, busy, draw) {
  const click = () => {
    about = r.id;
    draw();
    openDialog(SHEET);
  };
  return r.canWithdraw ? html`<div class="conflict">${button(t('back.button'), { kind: 'subtle', icon: 'arrow-back-up', busy, about: askedName(r), click })}</div>` : nothing;
}

/** @param {Request[]} requests @param {boolean} busy @param {(r: Request) => void} yes */
export function takeBackSheet(requests, busy, yes) {
  const r = requests.find(q => q.id === about && q.canWithdraw);
  return r ? html`<dialog class="sheet" id=${SHEET} aria-labelledby="take-back-title"><div class="inner"><h2 id="take-back-title" tabindex="-1">${t('back.title', { name: askedName(r) })}</h2><p class="subtle">${t('back.text')}</p>
    ${button(t('back.yes'), { kind: 'primary', extra: 'big', busy, click: () => { closeDialog(SHEET); yes(r); } })}${button(t('dialog.back'), { kind: 'subtle', click: () => closeDialog(SHEET) })}</div></dialog>` : nothing;
}

/** What is said when it is done. @param {Request} r */
export const takenBack = r => t('back.done', { name: askedName(r) });
