// @ts-check
// The countdown as a ring: only where somebody is waited for.
import { countdown } from './text.js';
import { html, svg } from './ui.js';

/** A ring that empties; decoration, for the clock time beside it carries the meaning. @param {number} leftMs @param {number} totalMs */
export function ring(leftMs, totalMs, cls = 'ring') {
  const round = 2 * Math.PI * 44;
  const part = totalMs > 0 ? Math.max(0, Math.min(1, leftMs / totalMs)) : 0;
  const late = leftMs <= 60_000;
  return html`<svg class="${cls} ${late ? 'late' : ''}" viewBox="0 0 100 100" aria-hidden="true">${late
    ? svg`<path class="ring-track" d="M50 6 96 90H4z" stroke-linejoin="round"/><text x="50" y="66">${countdown(leftMs / 1000)}</text>`
    : svg`<circle class="ring-track" cx="50" cy="50" r="44"/><circle class="ring-left" cx="50" cy="50" r="44" stroke-dasharray="${(round * part).toFixed(1)} ${round.toFixed(1)}" transform="rotate(-90 50 50)"/><text x="50" y="51">${countdown(leftMs / 1000)}</text>`}</svg>`;
}
