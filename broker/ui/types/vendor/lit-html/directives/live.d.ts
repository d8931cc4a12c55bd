/* See ../lit-html.d.ts. */
export * from 'lit-html/directives/live.js';
