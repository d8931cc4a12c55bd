// @ts-check
// What stands in one message of a provider: the rooms as they were understood, what was wrong with line and field, what
// was passed over. A number that did not come is "not known", never 0.
import { complaintText, fieldText } from './complaint.js';
import { label } from './codes.js';
import { isUnderstood } from './feed_messages.js';
import { either, language, moment, t } from './text.js';
import { button, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Complaint} Complaint */
/** @typedef {import('../types/api').Message} Message */
/** @typedef {import('../types/api').MessageHead} MessageHead */
/** @typedef {import('../types/api').Reported} Reported */
/** @typedef {{ nowMs: number, isWhole: boolean, showAll: () => void }} BodyParts isWhole: all rooms, not the first ones */

const ROWS_FIRST = 12;

/** @param {{ pool?: string, poolName?: string, poolNameEn?: string }} r */
export const placeName = r => either(r.poolName, r.poolNameEn) || r.pool || '';

/** The API says true or false in reports, yes or no elsewhere. @param {Reported['deliverable']} value */
const staffWord = value => {
  if (value === true || value === 'yes') return t('message.staff_yes');
  if (value === false || value === 'no') return t('message.staff_no');
  return html`<span class="subtle">${t('message.unknown')}</span>`;
};

/** @param {Reported['stop']} stop @param {number} nowMs */
const intakeWord = (stop, nowMs) => {
  if (!stop) return t('message.intake_open');
  const reason = label('stopReasons', stop.reason);
  return stop.untilAt ? t('message.intake_stopped_until', { reason, time: moment(stop.untilAt, nowMs) }) : t('message.intake_stopped', { reason });
};

/** "2 van 6"; the total alone when how many are free did not come. @param {Reported} r */
function freeWord(r) {
  if (typeof r.unitsFree === 'number') return typeof r.unitsTotal === 'number' ? t('message.free_of', { free: r.unitsFree, total: r.unitsTotal }) : String(r.unitsFree);
  return html`<span class="subtle">${typeof r.unitsTotal === 'number' ? t('message.unknown_of', { total: r.unitsTotal }) : t('message.unknown')}</span>`;
}

/** On a phone moment, line and missing staff stand under the name and the intake. @param {Reported} r @param {number} nowMs */
function reportRow(r, nowMs) {
  const noStaff = r.deliverable === false || r.deliverable === 'no';
  return html`<tr><th scope="row">${placeName(r)}<span class="on-phone small subtle">${moment(r.observedAt, nowMs)}${r.line ? html`, ${t('message.line_of', { line: r.line })}` : nothing}</span></th>
    <td>${freeWord(r)}</td><td class="off-phone ${noStaff ? 'warn' : ''}">${staffWord(r.deliverable)}</td>
    <td class=${r.stop ? 'warn' : ''}>${intakeWord(r.stop, nowMs)}${noStaff ? html`<span class="on-phone small warn">${t('upload.staff_no')}</span>` : nothing}</td><td class="off-phone">${moment(r.observedAt, nowMs)}</td><td class="n off-phone">${r.line ? String(r.line) : nothing}</td></tr>`;
}

/** @param {string} words @param {string} [cls] */
const head = (words, cls = '') => html`<th scope="col" class=${cls}>${words}</th>`;

/** @param {Message} message @param {BodyParts} p */
export function reportsTable(message, p) {
  const { reports } = message;
  if (reports.length === 0) return nothing;
  const rows = p.isWhole ? reports : reports.slice(0, ROWS_FIRST);
  return html`<table class="read"><caption class="sr">${t('message.table')}</caption><thead><tr>${head(t('message.place'))}${head(t('message.free'))}${head(t('message.staff'), 'off-phone')}${head(t('message.intake'))}${head(t('message.moment'), 'off-phone')}${head(t('message.line'), 'n off-phone')}</tr></thead>
    <tbody>${rows.map(r => reportRow(r, p.nowMs))}</tbody></table>
    ${rows.length < reports.length ? button(t('message.more_rows', { n: reports.length }), { kind: 'subtle', icon: 'chevron-down', click: p.showAll }) : nothing}`;
}

/** @param {Complaint} c */
const complaintRow = c => {
  const { text, lang } = complaintText(c.reason);
  return html`<li><span class="where">${c.line > 0 ? t('message.line_of', { line: c.line }) : t('message.whole_file')}${c.field ? html`, <code>${fieldText(c.field)}</code>` : nothing}</span><span lang=${lang === language() ? nothing : lang}>${text}</span></li>`;
};

/** @param {Complaint[]} list @param {number} [more] not told one by one */
export const complaintsList = (list, more = 0) => html`<ul class="complaints">${list.map(complaintRow)}${more > 0 ? html`<li class="subtle">${t('message.complaints_more', { n: more })}</li>` : nothing}</ul>`;

/** @param {Complaint[]} notices */
export const noticesPart = notices => (notices.length === 0 ? nothing : html`<details class="more"><summary>${icon('chevron-right')}${t('message.notices_count', { n: notices.length })}</summary>${complaintsList(notices)}</details>`);

/** What messages about allocation say beside it; never used as a number of the house. @param {Message} message */
const checkPart = message => (!message.crossCheck || message.crossCheck.length === 0 ? nothing : html`<p class="small"><b>${t('message.check')}</b></p><ul class="small">${message.crossCheck.map(c => html`<li>${t('message.check_of', { name: placeName(c), n: c.occupiedByMessages })}</li>`)}</ul>`);

/** @param {string} channel */
export const wayWord = channel => (['drop', 'push', 'poll', 'upload', 'replay'].includes(channel) ? t(`way.${channel}`) : t('way.unknown'));

/** "via de map · 5 plekken begrepen". @param {MessageHead} m */
export const headWords = m => {
  const what = isUnderstood(m) ? t('message.understood', { n: m.reports }) : t('message.complaints', { n: m.complaints });
  return html`${wayWord(m.channel)} · ${what}`;
};

/** @param {Message} message @param {BodyParts} p */
export const messageBody = (message, p) => html`${message.complaints.length > 0 ? complaintsList(message.complaints, message.more) : nothing}${reportsTable(message, p)}${checkPart(message)}${noticesPart(message.notices)}`;

/** What became of it. Of a file handed in here the history knows that it was read, not whether somebody took it over. @param {MessageHead} m */
export const outcomeWord = m => {
  if (m.outcome === 'quarantined' && m.replay === 'done') return t('message.outcome_replayed');
  return t(m.channel === 'upload' && m.outcome === 'taken' ? 'message.outcome_read' : `message.outcome_${m.outcome}`);
};
