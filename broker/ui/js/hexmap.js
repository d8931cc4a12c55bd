// @ts-check
// The 35 regions as hexagons: every region equally visible, and no hint of where a house stands. A picture beside a
// table: the table is the way for keyboards, a click on a hexagon only picks its row.
import { html, svg } from './ui.js';

/**
 * @typedef {object} Hex
 * @property {string} code
 * @property {string} name
 * @property {string} short
 * @property {number} q column, may be a half
 * @property {number} r row
 * @property {string} text in the hexagon
 * @property {string} full name and value, as words
 * @property {number} step 0..5 of the scale
 * @property {boolean} hidden no value to show
 */

const R = 34;
const WIDTH = R * Math.sqrt(3);
const HEIGHT = R * 1.5;
const DARK_FROM = 4;

const corners = Array.from({ length: 6 }, (_, i) => {
  const angle = Math.PI / 180 * (60 * i - 30);
  return `${(R * Math.cos(angle)).toFixed(1)},${(R * Math.sin(angle)).toFixed(1)}`;
}).join(' ');

/**
 * @param {{ title: string, summary: string, cells: Hex[], chosen: string | null, choose: (code: string) => void }} o
 */
export function hexMap(o) {
  // The chosen one last, so that its edge lies on top of its neighbours.
  const sorted = [...o.cells].sort((a, b) => Number(a.code === o.chosen) - Number(b.code === o.chosen));
  const q = o.cells.map(c => c.q);
  const r = o.cells.map(c => c.r);
  const left = (Math.min(...q) - 0.6) * WIDTH;
  const top = (Math.min(...r)) * HEIGHT - R - 4;
  const box = [left, top, (Math.max(...q) - Math.min(...q) + 1.2) * WIDTH, (Math.max(...r) - Math.min(...r)) * HEIGHT + 2 * R + 8];
  return html`<svg class="hex" viewBox=${box.map(v => v.toFixed(1)).join(' ')} role="img" aria-label="${o.title}. ${o.summary}">
    ${sorted.map(c => {
      const ink = c.step >= DARK_FROM && !c.hidden ? 'on-dark' : 'on-light';
      return svg`<g class=${c.code === o.chosen ? 'chosen' : ''} transform="translate(${(c.q * WIDTH).toFixed(1)} ${(c.r * HEIGHT).toFixed(1)})" @click=${() => o.choose(c.code)}><title>${c.full}</title><polygon class=${c.hidden ? 'hidden-cell' : `s${c.step}`} points=${corners}></polygon><text class="abbr ${ink}" y="-5">${c.short}</text><text class="value ${ink}" y="13">${c.text}</text></g>`;
    })}</svg>`;
}
