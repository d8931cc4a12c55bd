/* See ../lit-html.d.ts. */
export * from 'lit-html/directives/repeat.js';
