// @ts-check
// Handing in a file by hand: choose, have it read, look at what would change, and only then take it over or throw it
// away. Nothing is queued in silence; whatever goes wrong says that nothing was changed.
import { label } from './codes.js';
import { UPLOAD_BYTES_MAX, changed, tally, uploadEnd } from './feed_upload.js';
import { complaintsList, noticesPart, placeName } from './feeds_message.js';
import { moment, t } from './text.js';
import { button, html, icon, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Preview} Preview */
/** @typedef {import('../types/api').Said} Said */
/** @typedef {import('../types/api').Upload} Upload */
/**
 * @typedef {object} UploadState
 * @property {'choose' | 'sending' | 'reading' | 'shown' | 'taken'} step
 * @property {boolean} test
 * @property {string | null} fault beside the file, before or instead of sending
 * @property {Upload | null} upload as the exchange has it
 * @property {{ applied: number, late: number, unchanged: number, notAllowed?: number } | null} result
 * @property {string | null} problem why taking it over did not work
 */
/**
 * @typedef {object} UploadParts
 * @property {boolean} busy
 * @property {boolean} stale
 * @property {number} nowMs
 * @property {(test: boolean) => void} setTest
 * @property {() => void} chosen another file was chosen
 * @property {(file: File | null) => void} send
 * @property {() => void} take
 * @property {() => void} discard
 * @property {() => void} again
 */

/** @returns {UploadState} */
export const noUpload = () => ({ step: 'choose', test: false, fault: null, upload: null, result: null, problem: null });

export const kilobytes = (/** @type {number} */ bytes) => Math.ceil(bytes / 1024);
export const UPLOAD_KB_MAX = kilobytes(UPLOAD_BYTES_MAX);

/* ---- choosing ---- */

/** @param {UploadState} u @param {UploadParts} p */
const chooseView = (u, p) => html`<form class="upload" novalidate @submit=${(/** @type {SubmitEvent} */ e) => {
  e.preventDefault();
  const input = /** @type {HTMLInputElement} */ (document.getElementById('upload-file'));
  p.send(input.files?.[0] ?? null);
}}><p>${t('upload.text')}</p>
  <div class="field"><label for="upload-file"><b>${t('upload.file')}</b></label><span class="small subtle" id="upload-hint">${t('upload.file_hint', { max: UPLOAD_KB_MAX })}</span>
    <input class="input file" type="file" id="upload-file" accept=".xml,.json,.csv,.txt,text/*,application/json,application/xml" aria-describedby="upload-hint upload-fault" aria-invalid=${u.fault ? 'true' : nothing} @change=${p.chosen}>
    <p class="field-fault" id="upload-fault" role="alert">${u.fault ? html`${icon('alert-circle')}<span>${u.fault}</span>` : nothing}</p></div>
  <div class="check"><label><input type="checkbox" .checked=${u.test} @change=${(/** @type {Event} */ e) => p.setTest(/** @type {HTMLInputElement} */(e.target).checked)}><span><b>${t('upload.try')}</b><span class="small subtle line">${t('upload.try_hint')}</span></span></label></div>
  ${button(t('upload.send'), { icon: 'eye-check', type: 'submit', busy: p.busy })}</form>`;

/* ---- what would change ---- */

/** @param {Partial<Said>} s */
function words(s) {
  const free = typeof s.unitsFree !== 'number' ? t('upload.free_unknown')
    : typeof s.unitsTotal === 'number' ? t('upload.free_of', { free: s.unitsFree, total: s.unitsTotal }) : t('upload.free', { free: s.unitsFree });
  return { free, staff: s.deliverable === 'no' ? t('upload.staff_no') : s.deliverable === 'yes' ? t('upload.staff_yes') : t('message.unknown'), stop: s.stop ? t('upload.stopped', { reason: label('stopReasons', s.stop.reason) }) : t('upload.open') };
}

/** Numbers always; staff and stop when they change, or are what keeps a room shut. @param {Preview} row @param {Partial<Said>} side */
function sideView(row, side) {
  const w = words(side);
  const differs = changed(row.before ?? row.after, row.after);
  return html`<span>${w.free}</span>${differs.stop || side.stop ? html`<span class="small">${w.stop}</span>` : nothing}${differs.staff || side.deliverable === 'no' ? html`<span class="small">${w.staff}</span>` : nothing}`;
}

/** @type {Record<string, string>} */
const EFFECT_ICONS = { changes: 'arrow-right', confirms: 'refresh', older: 'history', barred: 'ban' };

/** @param {Preview} row @param {number} nowMs */
function previewRow(row, nowMs) {
  const effect = (row.allowed ? row.effect : null) ?? 'barred';
  const isSame = effect === 'confirms';
  return html`<li class="effect-${effect}"><div class="effect-name"><b>${placeName(row)}</b><span class="small subtle">${row.after.observedAt ? moment(row.after.observedAt, nowMs) : nothing}${row.line ? html`, ${t('message.line_of', { line: row.line })}` : nothing}</span></div>
    <div class="effect-change">${isSame ? html`<div class="side now">${sideView(row, row.after)}</div>` : html`${row.before ? html`<div class="side"><span class="sr">${t('upload.before')}</span>${sideView(row, row.before)}</div>${icon('arrow-right')}` : nothing}<div class="side now"><span class="sr">${t('upload.after')}</span>${sideView(row, row.after)}</div>`}</div>
    <span class="effect-word">${icon(EFFECT_ICONS[effect])}${t(`upload.effect_${effect}`)}</span></li>`;
}

/** What changes comes first. @type {Record<string, number>} */
const EFFECT_ORDER = { changes: 0, confirms: 1, older: 2 };
/** @param {Preview} row */
const orderOf = row => (row.allowed && row.effect ? EFFECT_ORDER[row.effect] : -1);

/** Why less is taken over than stands in the file, or nothing. @param {ReturnType<typeof tally>} n @param {number} all */
function remark(n, all) {
  if (n.barred === all && all > 0) return notice({ icon: 'ban', title: t('upload.barred_all') });
  if (n.barred > 0) return notice({ icon: 'ban', title: t('upload.barred', { n: n.barred }) });
  return n.canTake ? nothing : notice({ icon: 'history', tone: 'info', title: t('upload.all_older') });
}

/** @param {Upload} upload @param {UploadState} u @param {UploadParts} p */
function previewView(upload, u, p) {
  const preview = [...upload.preview ?? []].sort((a, b) => orderOf(a) - orderOf(b));
  const n = tally(preview);
  const isTest = upload.test === true; // asked so, or the whole connection is on trial
  const take = n.changes > 0 ? t('upload.take', { n: n.changes }) : t('upload.take_age');
  return html`<div class="upload-result"><h3 id="upload-result" tabindex="-1">${isTest ? t('upload.preview_try') : t('upload.preview')}</h3>
    ${isTest ? notice({ icon: 'info-circle', tone: 'info', title: t('upload.try_done') }) : nothing}
    <ul class="effects">${preview.map(row => previewRow(row, p.nowMs))}</ul>
    ${noticesPart(upload.notices ?? [])}
    ${u.problem ? notice({ title: u.problem, tone: 'error', alert: true, id: 'upload-problem' }) : nothing}
    ${isTest ? nothing : remark(n, preview.length)}
    <div class="upload-actions">${!isTest && n.canTake ? button(take, { kind: 'primary', icon: 'check', busy: p.busy || p.stale, id: 'upload-take', click: p.take }) : nothing}
    ${isTest ? button(t('upload.again'), { icon: 'arrow-back-up', click: p.again }) : button(t('upload.discard'), { icon: 'trash', busy: p.busy, click: p.discard })}
    ${!isTest && n.canTake && upload.expiresAt ? html`<span class="small subtle">${t('upload.valid_until', { time: moment(upload.expiresAt, p.nowMs) })}</span>` : nothing}</div></div>`;
}

/* ---- how it ended ---- */

/** @param {UploadState} u @param {UploadParts} p */
function endView(u, p) {
  const again = button(t('upload.again'), { icon: 'arrow-back-up', click: p.again });
  const end = (/** @type {string} */ iconName, /** @type {string} */ title, /** @type {unknown} */ body, tone = 'warning') => html`<div class="upload-result">${notice({ icon: iconName, title, text: body, tone: /** @type {'warning'} */ (tone), id: 'upload-result' })}<div class="upload-actions">${again}</div></div>`;
  const how = uploadEnd(u);
  if (how === 'taken' && !u.result) return end('circle-check', t('upload.taken'), t('upload.taken_text'), 'info');
  if (how === 'taken' && u.result) {
    const { applied, late, unchanged, notAllowed = 0 } = u.result;
    const parts = [applied > 0 ? t('upload.taken_applied', { n: applied }) : '', unchanged > 0 ? t('upload.taken_unchanged', { n: unchanged }) : '', late > 0 ? t('upload.taken_late', { n: late }) : '', notAllowed > 0 ? t('upload.taken_barred', { n: notAllowed }) : ''];
    return end('circle-check', t('upload.taken'), parts.filter(x => x).join(' '), 'info');
  }
  if (how === 'unreadable') return html`<div class="upload-result"><h3 id="upload-result" tabindex="-1">${t('upload.unreadable')}</h3><p>${t('upload.unreadable_text')}</p>${complaintsList(u.upload?.complaints ?? [], u.upload?.more)}<div class="upload-actions">${again}</div></div>`;
  if (how === 'unanswered') return end('wifi-off', t('upload.unanswered'), t('upload.unanswered_text'));
  return end('hourglass', t('upload.expired'), t('upload.expired_text'));
}

/** @param {UploadState} u @param {UploadParts} p */
export function uploadView(u, p) {
  const body = u.step === 'choose' ? chooseView(u, p)
    : u.step === 'sending' || u.step === 'reading' ? html`<p class="reading" id="upload-reading" tabindex="-1" aria-busy="true">${icon('hourglass')}<span><b>${u.step === 'sending' ? t('upload.sending') : t('upload.reading')}</b><span class="small subtle line">${t('upload.reading_text')}</span></span></p>`
    : u.upload && uploadEnd(u) === 'preview' ? previewView(u.upload, u, p) : endView(u, p);
  return html`<section class="panel" aria-labelledby="upload-title"><h2 id="upload-title" tabindex="-1">${t('upload.title')}</h2>${body}</section>`;
}
