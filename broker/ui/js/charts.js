// @ts-check
// Small SVG charts: no library, no inline style, print sharp. Numbers stand at the marks; a hatch tells series apart
// beside colour; the table beside each chart carries the same facts.
import { html, nothing, svg } from './ui.js';

/** One decimal keeps the markup short. @param {number} n */
const short = n => Math.round(n * 10) / 10;

/**
 * @typedef {object} Bar
 * @property {string} name
 * @property {number | null} value null: hidden or not known
 * @property {string} text what stands beside the bar
 * @property {number | null} [more] hatched part behind it
 */

const ROW = 34;

/**
 * Horizontal bars, a name on the left.
 * @param {{ width: number, title: string, summary: string, bars: Bar[], nameWidth?: number, id: string }} o
 */
export function bars(o) {
  const left = Math.min(o.nameWidth ?? 190, o.width * 0.45);
  const most = Math.max(1, ...o.bars.map(b => (b.value ?? 0) + (b.more ?? 0)));
  const scale = (/** @type {number} */ v) => v / most * Math.max(20, o.width - left - 90);
  const hatch = `hatch-${o.id}`;
  return html`<svg viewBox="0 0 ${o.width} ${o.bars.length * ROW + 4}" role="img" aria-label="${o.title}. ${o.summary}">
    <defs><pattern id=${hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="b2"></rect><line class="hatch" x1="0" y1="0" x2="0" y2="6"></line></pattern></defs>
    ${o.bars.map((b, i) => {
      const y = i * ROW;
      const w = b.value === null ? 0 : scale(b.value);
      const m = b.more ? scale(b.more) : 0;
      return svg`<text class="axis row-label" x="0" y=${y + 21}>${b.name}</text>${b.value === null ? nothing : svg`<rect class="b1" x=${left} y=${y + 7} height="19" width=${short(w)} rx="1"></rect>`}${m > 0 ? svg`<rect fill="url(#${hatch})" x=${short(left + w + 1)} y=${y + 7} height="19" width=${short(m)} rx="1"></rect>` : nothing}<text class="mark" x=${short(left + w + m + 8)} y=${y + 21}>${b.text}</text>`;
    })}</svg>`;
}

/** A bar inside a table cell. @param {number} share 0..100 @param {string} cls */
export const miniBar = (share, cls) => html`<svg class="minibar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class=${cls} width=${Math.max(0, Math.min(100, share))} height="6"></rect></svg>`;

/** Step 0..5 of the scale for a share between LOW and HIGH. @param {number} value @param {number} low @param {number} high */
export const stepOf = (value, low, high) => (high <= low ? 0 : Math.max(0, Math.min(5, Math.floor((value - low) / (high - low) * 6))));
